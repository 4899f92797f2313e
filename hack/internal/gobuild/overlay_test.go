package gobuild

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestBuildChanged builds a program of which one module, here of the module cache, has a changed and a new file.
func TestBuildChanged(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it compiles a program")
	}
	goCache, err := exec.Command("go", "env", "GOCACHE").Output() // otherwise below the directory that is replaced here
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	const module = "golang.org/x/mod"
	spec := Spec{
		Name: "sample", Get: module + "@v0.39.0", Binaries: []Binary{{Name: "sample", Package: "hookcheck.dev/build"}},
		Source: fstest.MapFS{
			"go.mod":  {Data: []byte("module hookcheck.dev/build\n\ngo 1.26\n"), Mode: 0o644},
			"main.go": {Data: []byte("package main\n\nimport \"golang.org/x/mod/semver\"\n\nfunc main() { print(semver.Major(\"v1.2.3\")) }\n"), Mode: 0o644},
		},
	}
	run := func(semver string) (string, error) {
		t.Helper()
		spec.Changed = nil
		if semver != "" {
			spec.Changed = map[string]fs.FS{module: fstest.MapFS{
				"semver/semver.go": {Data: []byte(semver), Mode: 0o644},
				"added/added.go":   {Data: []byte("package added\n\nconst Text = \"new\"\n"), Mode: 0o644},
			}}
		}
		dir, err := Build(t.Context(), t.Logf, spec)
		if err != nil {
			return "", err
		}
		out, err := exec.Command(filepath.Join(dir, "sample")).CombinedOutput()
		return string(out), err
	}
	for text, want := range map[string]string{
		"": "v1",
		"package semver\n\nimport \"golang.org/x/mod/added\"\n\nfunc Major(string) string { return added.Text }\n": "new",
	} {
		if got, err := run(text); err != nil || got != want {
			t.Errorf("the program says %q, %v; want %q", got, err, want)
		}
	}
	wrong := "package semver\n\nfunc Major(string) (s string) {\n" + strings.Repeat("\ts = nonsense\n", 12) + "\treturn\n}\n"
	if _, err := run(wrong); err == nil || strings.Count(err.Error(), "undefined: nonsense") != 12 {
		t.Errorf("error %v, want all 12 complaints", err)
	}
}
