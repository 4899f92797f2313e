package source

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

var update = flag.Bool("update", false, "write the golden files anew")

// module is the only one of these tests; it is that of the pods.
const module = "k8s.io/kubernetes"

const original = `// Package kuberuntime is a sample.
package kuberuntime // import "k8s.io/kubernetes/pkg/kuberuntime"

import (
	"context"

	v1 "k8s.io/api/core/v1"
	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
)

type manager struct{ pod *v1.Pod }

// kill has comments.
func (m *manager) kill(ctx context.Context, pod *v1.Pod, grace int64) (err error) {
	// Is there time?
	if pod.Spec.PreStop != nil && /* some */ grace > 0 {
		grace -= m.hook(ctx,
			pod)
	}
	wait := func() { m.hook(ctx, pod) }
	wait()
	return nil
}

func (m *manager) hook(_ context.Context, _ *v1.Pod) int64 { return 1 }

func sleep(seconds int64) { println(seconds) }

func byValue(context.Context, kubecontainer.Pod, ...string) {
	println("x")
}

func generic[K comparable, _ any](all map[K]int, pods ...*v1.Pod) int { return len(all) }

type set[T any] struct{ items []T }

func (*set[T]) len(int, T) int { return 0 }

func (manager) twice() {}
func (set[T]) twice()  {}

func external()
`

func open(string) (fs.FS, error) {
	return fstest.MapFS{
		"pkg/kuberuntime/sample.go":       {Data: []byte(original)},
		"pkg/kubelet/container/sample.go": {Data: []byte("package container\n\ntype Pod struct{ Namespace string }\n\nfunc (p *Pod) IsEmpty() bool { return false }")},
		"pkg/broken.go":                   {Data: []byte("package")},
	}, nil
}

func change(function, find, replace string) mutant.Change {
	return mutant.Change{Module: module, File: "pkg/kuberuntime/sample.go", Function: function, Find: find, Replace: &replace}
}

func body(function, text string) mutant.Change {
	return mutant.Change{Module: module, File: "pkg/kuberuntime/sample.go", Function: function, Body: &text}
}

func in(namespace string, c mutant.Change, imports ...string) mutant.Change {
	c.Namespace, c.Imports = namespace, imports
	return c
}

func define(id string, changes ...mutant.Change) mutant.Definition {
	return mutant.Definition{ID: id, File: "a.yaml", Component: mutant.Kubelet, Source: changes}
}

func global(d mutant.Definition) mutant.Definition {
	d.Global = true
	return d
}

// The golden file is the sample with a mutant of every shape in it.
func TestInstrument(t *testing.T) {
	got := instrumented(t, shapes()...)
	golden := filepath.Join("testdata", "sample.go.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the changed file is not %s; if it is right, go test -update:\n%s", golden, got)
	}
	// What is not in a mutant keeps its line.
	lines := strings.Split(got, "\n")
	for i, line := range strings.Split(original, "\n") {
		if strings.HasPrefix(line, "\t") && lines[i] != line {
			t.Errorf("line %d has become %q, was %q", i+1, lines[i], line)
		}
	}
}

// dependencies are what the sample imports, as far as it needs them.
var dependencies = map[string]string{
	"context":                         "package context; type Context interface{ Done() <-chan struct{} }",
	"os":                              "package os; var Args []string",
	"k8s.io/api/core/v1":              "package v1; type Pod struct { Namespace string; Spec struct{ PreStop *int } }",
	module + "/" + switchDir:          "package hookcheckmutant; func On(id, namespace string) bool { return false }",
	module + "/pkg/kubelet/container": "package container; type Pod struct{ Namespace string }",
}

type importer struct{ set *token.FileSet }

func (i importer) Import(importPath string) (*types.Package, error) {
	text, ok := dependencies[importPath]
	if !ok {
		return nil, fmt.Errorf("no package %s", importPath)
	}
	return i.check(importPath, text)
}

func (i importer) check(importPath, text string) (*types.Package, error) {
	parsed, err := parser.ParseFile(i.set, importPath, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return (&types.Config{Importer: i}).Check(importPath, i.set, []*ast.File{parsed}, nil)
}

func TestInstrumentedCompiles(t *testing.T) {
	text := instrumented(t, shapes()...)
	if _, err := (importer{token.NewFileSet()}).check(module+"/pkg/kuberuntime", text); err != nil {
		t.Errorf("%v in\n%s", err, text)
	}
}

// What the compiler says names the mutant, whether the mistake is in the change or in its namespace.
func TestErrorsNameTheMutant(t *testing.T) {
	for name, tc := range map[string]struct {
		change mutant.Change
		want   string
	}{
		"change":    {change("kill", "grace > 0", "nonsense"), "/mutant/X1/sample.go:16:"},
		"namespace": {in("nonsense", change("hook", "1", "2")), "/mutant/X1/sample.go:25:"},
	} {
		t.Run(name, func(t *testing.T) {
			text := instrumented(t, define("K01", change("kill", "grace > 0", "true")), define("X1", tc.change))
			_, err := importer{token.NewFileSet()}.check(module+"/pkg/kuberuntime", text)
			if err == nil || !strings.HasPrefix(err.Error(), tc.want) || !strings.Contains(err.Error(), "nonsense") {
				t.Errorf("error %v, want one at %s", err, tc.want)
			}
		})
	}
}

// instrumented is the sample with mutants in it.
func instrumented(t *testing.T, definitions ...mutant.Definition) string {
	t.Helper()
	changed, err := Instrument(definitions, open)
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(changed[module], "pkg/kuberuntime/sample.go")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shapes has a mutant for every shape of function.
func shapes() []mutant.Definition {
	pod := change("IsEmpty", "false", "true")
	pod.File = "pkg/kubelet/container/sample.go"
	return []mutant.Definition{
		define("K01", change("kill", "pod.Spec.PreStop!=nil&&grace>0", "false"), change("kill", "wait()", "_ = wait")),
		define("K-2", change("(*manager).kill", "m.hook(ctx, pod)\n}\nwait := ", "0\n}\nwait := "), change("hook", "1", "2")),
		define("K03", in("m.pod.Namespace", body("manager.hook", "return int64(len(os.Args)) // all"), "os")),
		global(define("K04", change("sleep", "seconds", "seconds*2"))),
		define("K05", change("byValue", `"x"`, `"y"`)),
		define("K06", in("pods[0].Namespace", change("generic", "len(all)", "0"))),
		define("K07", in(`""`, change("len", "0", "1"))),
		global(define("K08", body("set.twice", ""))),
		define("K09", pod),
	}
}

func TestInstrumentWritesTheSwitches(t *testing.T) {
	changed, err := Instrument(shapes(), open)
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(changed[module], "pkg/hookcheckmutant/hookcheckmutant.go")
	if err != nil || !strings.Contains(string(text), "func On(id, namespace string) bool") {
		t.Errorf("the package of switches is not there: %v", err)
	}
	text, err = fs.ReadFile(changed[module], "pkg/kubelet/container/sample.go")
	if want := `{ if hookcheckmutant.On("K09", p.IsEmpty_K09_namespace()) { return p.IsEmpty_K09() };  return false }`; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v: %s\nlacks %s", err, text, want)
	}
}

func TestInstrumentErrors(t *testing.T) {
	elsewhere := change("f", "a", "b")
	elsewhere.File = "pkg/other.go"
	broken := change("f", "a", "b")
	broken.File = "pkg/broken.go"
	for name, tc := range map[string]struct {
		definition mutant.Definition
		want       string
	}{
		"no such file":        {define("X1", elsewhere), "a.yaml: X1: pkg/other.go: no such file in " + module},
		"no Go file":          {define("X1", broken), "a.yaml: X1: pkg/broken.go of " + module},
		"no such function":    {define("X1", change("kil", "a", "b")), "pkg/kuberuntime/sample.go: kil: no such function; did you mean (*manager).kill?"},
		"no such method":      {define("X1", change("(*set).kill", "a", "b")), "(*set).kill: no such function; did you mean (*manager).kill?"},
		"method's name twice": {define("X1", change("twice", "a", "b")), "2 functions have this name: manager.twice, set.twice; say which one"},
		"no body":             {define("X1", change("external", "a", "b")), "external: no such function"},
		"not there":           {define("X1", change("kill", "grace < 0", "b")), "kill: find stands 0 times in its body, want once: grace < 0"},
		"in the signature":    {define("X1", change("kill", "grace int64", "b")), "find stands 0 times"},
		"twice":               {define("X1", change("kill", "m.hook(ctx, pod)", "0")), "find stands 2 times"},
		"find is no Go":       {define("X1", change("kill", `"`, "b")), "find is no Go: string literal not terminated"},
		"find is a comment":   {define("X1", change("kill", "// Is there time?", "b")), "find has no token"},
		"no difference":       {define("X1", change("kill", "grace > 0", "grace>0")), "find and replace are the same"},
		"replace is no Go":    {define("X1", change("kill", "grace > 0", "grace >")), "the changed function is no Go"},
		"it ends too soon":    {define("X1", body("sleep", "} \nfunc f() {")), "it has become 2 declarations"},
		"overlap":             {define("X1", change("kill", "grace > 0", "a"), change("kill", "&& grace", "")), "two changes of the mutant overlap"},
		"body and find":       {define("X1", change("sleep", "seconds", "0"), body("sleep", "")), "two changes of the mutant overlap"},
		"no pod":              {define("X1", change("sleep", "seconds", "0")), "say by namespace whose pod it is, or global: true"},
		"namespace":           {define("X1", in("a b", change("sleep", "seconds", "0"))), "namespace is no Go expression"},
		"two namespaces":      {define("X1", in("a", change("kill", "grace > 0", "true")), in("b", change("kill", "wait()", ""))), "different namespaces"},
		"import of a name":    {define("X1", in("", change("kill", "grace > 0", "context.X"), "context=example.com/x")), "context is context in this file"},
		"import not used":     {define("X1", in("", change("kill", "grace > 0", "true"), "slices")), "has no slices."},
		"import without name": {define("X1", in("", change("kill", "grace > 0", "true"), "example.com/go-x")), `"go-x" cannot be a name`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Instrument([]mutant.Definition{tc.definition}, open)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "a.yaml: X1: ") {
				t.Errorf("error %v\nwant one with %q", err, tc.want)
			}
		})
	}
}

func TestInstrumentTellsEverything(t *testing.T) {
	_, err := Instrument([]mutant.Definition{
		define("X1", change("kill", "none", "b")), define("X2", change("none", "a", "b")), define("X3", change("sleep", "none", "b")),
	}, open)
	for _, want := range []string{"X1", "X2", "X3"} {
		if err == nil || !strings.Contains(err.Error(), "a.yaml: "+want) {
			t.Errorf("error %v\nlacks %s", err, want)
		}
	}
}

func TestDefaultName(t *testing.T) {
	for importPath, want := range map[string]string{
		"slices": "slices", "k8s.io/klog/v2": "klog", "k8s.io/api/core/v1": "v1", "k8s.io/api/autoscaling/v2": "v2", "gopkg.in/yaml.v3": "yaml",
	} {
		if got := defaultName(importPath); got != want {
			t.Errorf("defaultName(%s) = %s, want %s", importPath, got, want)
		}
	}
}
