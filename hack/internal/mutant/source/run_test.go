package source

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

const program = `package main

import "fmt"

type job struct{ Namespace string }

func (j job) grace() int { return 30 }

func main() { fmt.Print(job{"team-a"}.grace(), " ", job{"team-b"}.grace()) }
`

// TestSwitches runs a program with a mutant in it, and turns it on for nobody, for some and for all.
func TestSwitches(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it compiles a program")
	}
	const module = "example.com/m"
	shorter := "5"
	d := define("X1", mutant.Change{Module: module, File: "main.go", Function: "grace", Find: "30", Replace: &shorter, Namespace: "j.Namespace"})
	tree := fstest.MapFS{
		"go.mod":  {Data: []byte("module " + module + "\n\ngo 1.26\n"), Mode: 0o644},
		"main.go": {Data: []byte(program), Mode: 0o644},
	}
	changed, err := Instrument([]mutant.Definition{d}, func(string) (fs.FS, error) { return tree, nil })
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range changed[module].(fstest.MapFS) {
		tree[name] = file
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, tree); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", "program", ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for switches, want := range map[string]string{"": "30 30", "X2 *\n": "30 30", "X1 team-a\n": "5 30", "X1 team\n": "5 5", "X1 *\n": "5 5"} {
		file := filepath.Join(dir, "mutants")
		if err := os.WriteFile(file, []byte(switches), 0o644); err != nil {
			t.Fatal(err)
		}
		run := exec.Command(filepath.Join(dir, "program"))
		run.Env = append(os.Environ(), "HOOKCHECK_MUTANTS="+file)
		out, err := run.CombinedOutput()
		if err != nil || string(out) != want {
			t.Errorf("with %q the program says %s, %v; want %s", strings.TrimSpace(switches), out, err, want)
		}
	}
}
