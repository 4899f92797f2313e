package debimage

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSlim(t *testing.T) {
	root := t.TempDir()
	files := map[string]bool{ // path: whether it stays
		"usr/share/doc/bash/copyright":    true,
		"usr/share/doc/bash/changelog.gz": false,
		"usr/share/man/man1/bash.1.gz":    false,
		"usr/share/locale/de/x.mo":        false,
		"var/lib/apt/lists/deb_Release":   false,
		"var/cache/apt/archives/a.deb":    false,
		"etc/machine-id":                  false,
		"etc/passwd":                      true,
		"usr/bin/man":                     true,
	}
	for f := range files {
		path := filepath.Join(root, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := Slim(root); err != nil {
		t.Fatal(err)
	}
	for f, want := range files {
		_, err := os.Stat(filepath.Join(root, f))
		if got := err == nil; got != want {
			t.Errorf("%s: stays is %v, want %v", f, got, want)
		}
	}
}

func TestSlimOfATreeWithoutDocumentation(t *testing.T) {
	if err := Slim(t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestKeyDependsOnPackagesAndRecipe(t *testing.T) {
	base := Rootfs{Name: "n", Packages: []string{"a"}, Recipe: "1"}
	for name, other := range map[string]Rootfs{
		"packages": {Name: "n", Packages: []string{"a", "b"}, Recipe: "1"},
		"recipe":   {Name: "n", Packages: []string{"a"}, Recipe: "2"},
	} {
		if base.key().ID() == other.key().ID() {
			t.Errorf("other %s, same entry", name)
		}
	}
}
