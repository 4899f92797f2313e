package source

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/suggest"
)

// find returns the function that a definition names: f, T.f or (*T).f.
func find(file *ast.File, wanted string) (*ast.FuncDecl, error) {
	receiver, name := "", wanted
	if i := strings.LastIndexByte(wanted, '.'); i >= 0 {
		receiver, name = strings.Trim(wanted[:i], "(*)"), wanted[i+1:]
		receiver, _, _ = strings.Cut(receiver, "[") // type parameters
	}
	var candidates []*ast.FuncDecl
	var known []string
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		known = append(known, f.Name.Name)
		if f.Name.Name == name && (receiver == "" || receiver == receiverType(f)) {
			candidates = append(candidates, f)
		}
	}
	switch len(candidates) {
	case 1:
		return candidates[0], nil
	case 0:
		return nil, fmt.Errorf("no such function%s", similar(file, name, known))
	default:
		return nil, fmt.Errorf("%d functions have this name: %s; say which one", len(candidates), strings.Join(names(candidates), ", "))
	}
}

// similar names the functions of the file whose name is nearest to the one that is not there.
func similar(file *ast.File, name string, known []string) string {
	nearest := suggest.Nearest(name, known)
	if nearest == "" {
		return ""
	}
	var same []*ast.FuncDecl
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Name.Name == nearest {
			same = append(same, f)
		}
	}
	return "; did you mean " + strings.Join(names(same), " or ") + "?"
}

func names(functions []*ast.FuncDecl) []string {
	var all []string
	for _, f := range functions {
		name := f.Name.Name
		if t := receiverType(f); t != "" {
			if _, pointer := f.Recv.List[0].Type.(*ast.StarExpr); pointer {
				t = "(*" + t + ")"
			}
			name = t + "." + name
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// receiverType is the name of a method's receiver type, without pointer and type parameters; empty for a function.
func receiverType(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	expr := f.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

// parameter is a parameter or receiver of a function, with the name that it has or is given.
type parameter struct {
	name     string
	kind     ast.Expr
	variadic bool
}

// signature is what is needed to call another function with what one was called with.
type signature struct {
	receiver  *parameter
	types     []string // names of the type parameters
	arguments []parameter
	results   bool
	// naming gives names to what has none, so that it can be passed on.
	naming []edit
}

// signatureOf reads the declaration; offset gives the place of a node's position in the text.
func signatureOf(f *ast.FuncDecl, offset offsets) signature {
	var s signature
	if f.Recv != nil {
		s.receiver = &s.parameters(f.Recv, "mutantReceiver", offset)[0]
	}
	if f.Type.TypeParams != nil {
		for _, p := range s.parameters(f.Type.TypeParams, "mutantType", offset) {
			s.types = append(s.types, p.name)
		}
	}
	s.arguments = s.parameters(f.Type.Params, "mutantArgument", offset)
	s.results = f.Type.Results.NumFields() > 0
	return s
}

func (s *signature) parameters(list *ast.FieldList, prefix string, offset offsets) []parameter {
	var all []parameter
	for _, field := range list.List {
		_, variadic := field.Type.(*ast.Ellipsis)
		if len(field.Names) == 0 {
			p := parameter{name: fmt.Sprint(prefix, len(all)), kind: field.Type, variadic: variadic}
			at := offset(field.Type.Pos())
			s.naming = append(s.naming, edit{from: at, to: at, text: p.name + " "})
			all = append(all, p)
			continue
		}
		for _, ident := range field.Names {
			p := parameter{name: ident.Name, kind: field.Type, variadic: variadic}
			if ident.Name == "_" {
				p.name = fmt.Sprint(prefix, len(all))
				s.naming = append(s.naming, edit{from: offset(ident.Pos()), to: offset(ident.End()), text: p.name})
			}
			all = append(all, p)
		}
	}
	return all
}

// call is an expression that calls a function of the same signature and another name.
func (s signature) call(name string) string {
	if s.receiver != nil {
		name = s.receiver.name + "." + name
	}
	if len(s.types) > 0 {
		name += "[" + strings.Join(s.types, ", ") + "]"
	}
	var arguments []string
	for _, p := range s.arguments {
		if p.variadic {
			p.name += "..."
		}
		arguments = append(arguments, p.name)
	}
	return name + "(" + strings.Join(arguments, ", ") + ")"
}
