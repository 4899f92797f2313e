package source

import (
	"errors"
	"fmt"
	"go/ast"
	"slices"
)

// podPackages have a type Pod with a field Namespace.
var podPackages = []string{
	"k8s.io/api/core/v1",
	"k8s.io/kubernetes/pkg/apis/core",
	"k8s.io/kubernetes/pkg/kubelet/container",
}

var errNoPod = errors.New("neither a parameter nor the receiver is a pod: say by namespace whose pod it is, or global: true")

// podNamespace is the body of a function that returns the namespace of the first parameter that is a pod, or else of
// the receiver. Pods that are not there have none.
func (s signature) podNamespace(f *file) (string, error) {
	candidates := slices.Clone(s.arguments)
	if s.receiver != nil {
		candidates = append(candidates, *s.receiver)
	}
	for _, p := range candidates {
		star, pointer := p.kind.(*ast.StarExpr)
		kind := p.kind
		if pointer {
			kind = star.X
		}
		switch {
		case !f.isPod(kind):
		case pointer:
			return fmt.Sprintf("if %[1]s == nil { return \"\" }; return %[1]s.Namespace", p.name), nil
		default:
			return "return " + p.name + ".Namespace", nil
		}
	}
	return "", errNoPod
}

// isPod tells whether an expression for a type, as it stands in the file, is one of the pods.
func (f *file) isPod(expr ast.Expr) bool {
	switch e := expr.(type) {
	case *ast.Ident:
		return e.Name == "Pod" && slices.Contains(podPackages, f.importPath())
	case *ast.SelectorExpr:
		pkg, ok := e.X.(*ast.Ident)
		return ok && e.Sel.Name == "Pod" && slices.Contains(podPackages, f.imports[pkg.Name])
	default:
		return false
	}
}
