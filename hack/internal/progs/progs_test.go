package progs

import (
	"debug/elf"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// emptyStore hides what was built before, and keeps the cache of the go command, which is below the same directory.
func emptyStore(t *testing.T) {
	t.Helper()
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
}

func TestEveryProgramIsBuiltStatic(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles")
	}
	emptyStore(t)
	t.Setenv("GOFLAGS", "-mod=vendor") // a user's flags must not matter
	// podnet is left out: it compiles the HTTP and TLS packages, which takes a minute where nothing is cached.
	for _, name := range []string{"ocirunc", "crunfix", "pause", "probe", "iptables"} {
		path, err := Build(t.Context(), t.Logf, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f, err := elf.Open(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Section(".interp") != nil {
			t.Errorf("%s is not static", name)
		}
		_ = f.Close()
		if name == "probe" {
			if out, err := exec.Command(path).CombinedOutput(); err != nil {
				t.Errorf("probe: %v: %s", err, out)
			}
		}
	}
}

func TestUnknownProgram(t *testing.T) {
	emptyStore(t)
	if _, err := Build(t.Context(), t.Logf, "none"); err == nil || !strings.Contains(err.Error(), "build the program none") {
		t.Errorf("error %v", err)
	}
}

func TestSourceTreeHoldsOneProgram(t *testing.T) {
	tree, err := sourceTree("pause")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if dir := filepath.Base(filepath.Dir(path)); !d.IsDir() && path != "go.mod" && dir != "pause" && dir != "ociedit" {
			t.Errorf("%s is in the source of pause", path)
		}
		if strings.HasSuffix(path, "_test.go") {
			t.Errorf("%s is a test", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The wrapper must give the real runtime the arguments it got, and an edited bundle.
func TestWrapperEditsTheBundle(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles")
	}
	emptyStore(t)
	wrapper, err := Build(t.Context(), t.Logf, "ocirunc")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	runc, bundle := filepath.Join(dir, "runc"), filepath.Join(dir, "bundle")
	if err := os.WriteFile(runc, []byte("#!/bin/sh\necho \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(bundle, 0o755); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(bundle, "config.json")
	if err := os.WriteFile(config, []byte(`{"process":{"oomScoreAdj":-500,"args":["x"]}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(wrapper, "--root", "/r", "create", "--bundle", bundle, "id")
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if want := "--root /r create --bundle " + bundle + " id\n"; err != nil || string(out) != want {
		t.Errorf("runc got %q (%v), want %q", out, err, want)
	}
	if data, err := os.ReadFile(config); err != nil || string(data) != `{"process":{"args":["x"]}}` {
		t.Errorf("bundle %s (%v)", data, err)
	}
	cmd = exec.Command(wrapper, "create", "--bundle", dir, "id")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "config.json") {
		t.Errorf("a bundle without configuration: %q, %v", out, err)
	}
}
