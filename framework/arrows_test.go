// Package framework_test holds the arrows between the rooms: which package may
// import which. It reads the import lines of every Go file of the module.
package framework_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/hookcheck/hookcheck"

// A room is a package, or all packages below a directory, and what its files may
// import. The first room that fits a package is its own; a new package needs one.
type room struct {
	// dir is a path within the module; dir/* is everything below it.
	dir string
	// may lists packages of the module, in the same form. * is any of them.
	may []string
	// tests lists what test files may import besides.
	tests []string
	// never lists packages of others that would make the room another one: an
	// import of one, or of something below it.
	never []string
}

// impure is what a function that judges a record must not need: a cluster, a
// network, other programs, a test runner.
var impure = []string{"k8s.io/client-go", "net", "os/exec", "os/signal", "github.com/onsi/ginkgo"}

var rooms = []room{
	{dir: "cmd/hookcheck", may: []string{"suites", "framework/*", "reports", "reports/*", "fixtures", "docs"}},

	{dir: "suites", may: []string{"suites/*"}, tests: []string{"framework/scenario"}},
	{dir: "suites/*", may: []string{"framework/scenario", "framework/judge", "framework/history"},
		tests: []string{"framework/scenario/scenariotest", "framework/run/suitetest"}, never: impure},

	// From here on each arrow points down.
	{dir: "framework", never: impure},
	{dir: "framework/run/suitetest", may: []string{"framework/run", "framework/cluster", "framework/scenario", "framework/requirement", "fixtures"}},
	{dir: "framework/run", may: []string{"framework/scenario", "framework/recorder", "framework/gate", "framework/latency", "framework/history", "framework/requirement"},
		tests: []string{"framework/judge", "framework/history/*"}},
	{dir: "framework/scenario/scenariotest", may: []string{"framework/scenario", "framework/history", "framework/requirement", "framework/rewrite"}, never: impure},
	{dir: "framework/scenario", may: []string{"framework/recorder", "framework/judge", "framework/history", "framework/requirement", "fixtures"}},
	{dir: "framework/recorder", may: []string{"framework/history"}},
	{dir: "framework/judge", may: []string{"framework/history", "framework/requirement"}, tests: []string{"framework/history/*", "framework/journal"},
		never: append(slices.Clone(impure), "os")},
	{dir: "framework/latency", may: []string{"framework/history", "framework/requirement"}, tests: []string{"framework/history/*"},
		never: append(slices.Clone(impure), "os")},
	{dir: "framework/history", may: []string{"framework/journal", "framework/rewrite"}, tests: []string{"framework/history/*"}, never: impure},
	{dir: "framework/history/*", may: []string{"framework/history", "framework/journal"}, never: impure},
	{dir: "framework/journal", never: append(slices.Clone(impure), "k8s.io", "github.com/onsi")},
	{dir: "framework/gate", may: []string{"framework/requirement"}, tests: []string{"framework/rewrite"}},
	{dir: "framework/requirement", may: []string{"framework/suggest", "framework/rewrite"}, never: append(slices.Clone(impure), "k8s.io", "os")},
	{dir: "framework/rewrite", never: append(slices.Clone(impure), "k8s.io", "os")},
	{dir: "framework/cluster", may: []string{"framework/suggest", "framework/filelock"}},
	{dir: "framework/filelock", never: append(slices.Clone(impure), "k8s.io")},
	{dir: "framework/suggest", never: append(slices.Clone(impure), "k8s.io", "os")},

	{dir: "reports/page", may: []string{"reports", "docs", "framework/requirement", "framework/rewrite", "framework/history"}, tests: []string{"framework/history/*"},
		never: append(slices.Clone(impure), "k8s.io")},
	{dir: "reports", may: []string{"framework/requirement", "framework/rewrite", "framework/history", "framework/filelock", "docs"}, never: append(slices.Clone(impure), "k8s.io")},

	{dir: "docs"},
	{dir: "fixtures"},
	{dir: "fixtures/agent", may: []string{"framework/journal"}, never: []string{"k8s.io", "github.com"}},

	// Development tools may use everything, and nothing uses them.
	{dir: "hack/*", may: []string{"*"}},
}

// covers tells whether a pattern (a directory, dir/* or *) covers a directory.
func covers(pattern, dir string) bool {
	if below, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(dir, below)
	}
	return pattern == dir
}

func coversAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, dir) })
}

// objection returns what is wrong with an import by a file of the module, or "".
func objection(file, imported string) string {
	dir := path.Dir(file)
	i := slices.IndexFunc(rooms, func(r room) bool { return covers(r.dir, dir) })
	if i < 0 {
		return fmt.Sprintf("%s: package %s has no room: say in framework/arrows_test.go what it may import", file, dir)
	}
	r, test := rooms[i], strings.HasSuffix(file, "_test.go")
	target, ours := strings.CutPrefix(imported, module+"/")
	switch {
	case ours && (target == dir || coversAny(r.may, target) || test && coversAny(r.tests, target)):
		return ""
	case ours:
		return fmt.Sprintf("%s imports %s: the arrow points the wrong way, %s may import %s", file, target, r.dir, list(r.may))
	case !test && slices.ContainsFunc(r.never, func(p string) bool { return imported == p || strings.HasPrefix(imported, p+"/") }):
		return fmt.Sprintf("%s imports %s: %s is to do without", file, imported, r.dir)
	}
	return ""
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing of the module"
	}
	return strings.Join(names, ", ")
}

func TestArrows(t *testing.T) {
	seen, objections := map[string]bool{}, map[string]bool{}
	for file, imports := range goFiles(t, "..") {
		seen[path.Dir(file)] = true
		for _, imported := range imports {
			objections[objection(file, imported)] = true
		}
	}
	delete(objections, "")
	for _, why := range slices.Sorted(maps.Keys(objections)) {
		t.Error(why)
	}
	for _, r := range rooms {
		if !strings.HasSuffix(r.dir, "*") && !seen[r.dir] {
			t.Errorf("room %s has no Go files: take it out of the list", r.dir)
		}
	}
}

// goFiles returns the imports of the module's Go files by path, whatever their
// build constraints are.
func goFiles(t *testing.T, root string) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != root && (strings.ContainsAny(d.Name()[:1], "._") || slices.Contains([]string{"testdata", "bin"}, d.Name())) {
			return fs.SkipDir // not of the module
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		file := filepath.ToSlash(relative)
		files[file] = []string{}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			files[file] = append(files[file], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("read only %d Go files: is %s the module's root?", len(files), root)
	}
	return files
}

// The test above can fail.
func TestArrowsObject(t *testing.T) {
	own := func(dir string) string { return module + "/" + dir }
	for _, tc := range []struct{ file, imported, want string }{
		{"cmd/hookcheck/x.go", own("hack/internal/engine"), "wrong way"},
		{"cmd/hookcheck/x.go", own("suites/grace"), "wrong way"},
		{"suites/grace/x.go", own("framework/run"), "wrong way"},
		{"suites/grace/x.go", own("framework/recorder"), "wrong way"},
		{"suites/grace/x.go", own("framework/scenario/scenariotest"), "wrong way"},
		{"suites/grace/x.go", "k8s.io/client-go/kubernetes", "do without"},
		{"framework/scenario/x.go", own("framework/run"), "wrong way"},
		{"framework/scenario/x.go", own("suites"), "wrong way"},
		{"framework/recorder/x.go", own("framework/scenario"), "wrong way"},
		{"framework/history/x.go", own("framework/recorder"), "wrong way"},
		{"framework/history/x.go", "k8s.io/client-go/rest", "do without"},
		{"framework/judge/x.go", "net/http", "do without"},
		{"framework/judge/x.go", "os", "do without"},
		{"framework/gate/x.go", own("reports"), "wrong way"},
		{"framework/gate/x_test.go", own("cmd/hookcheck"), "wrong way"},
		{"reports/x.go", own("framework/scenario"), "wrong way"},
		{"reports/x.go", "k8s.io/api/core/v1", "do without"},
		{"fixtures/x.go", own("framework/history"), "wrong way"},
		{"fixtures/agent/x.go", own("framework/history"), "wrong way"},
		{"framework/history/x_test.go", own("hack/internal/store"), "wrong way"},
		{"attic/x.go", "fmt", "has no room"},

		{"cmd/hookcheck/x.go", own("framework/run"), ""},
		{"suites/grace/x.go", own("framework/history"), ""},
		{"suites/grace/x_test.go", own("framework/scenario/scenariotest"), ""},
		{"suites/grace/x.go", "k8s.io/api/core/v1", ""},
		{"framework/history/x.go", own("framework/journal"), ""},
		{"framework/judge/x_test.go", own("framework/judge"), ""},
		{"fixtures/agent/x.go", own("framework/journal"), ""},
		{"hack/tally/main.go", own("reports"), ""},
		{"hack/internal/nodeimage/x.go", own("hack/internal/store"), ""},
	} {
		if got := objection(tc.file, tc.imported); got == "" != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s imports %s: %q, want %q", tc.file, tc.imported, got, tc.want)
		}
	}
}
