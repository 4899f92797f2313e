package debimage

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestClosureFollowsLinksInsideTheTree(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"usr/bin", "etc/alternatives"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "usr/bin/real"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"bin": "usr/bin", "usr/bin/name": "/etc/alternatives/name", "etc/alternatives/name": "../../bin/real",
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	layer, err := Closure(root, "bin/name")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"bin", "etc/alternatives/name", "usr/bin/name", "usr/bin/real"}
	if got := slices.Sorted(maps.Keys(layer)); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	if layer["usr/bin/real"].Mode.Perm() != 0o755 || layer["bin"].Link != "usr/bin" {
		t.Errorf("mode or link is lost: %+v", layer)
	}
}

func TestPackageClosure(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"var/lib/dpkg/info/web.list":          "/.\n/usr\n/usr/web\n/usr/gone\n/usr/dangling\n",
		"var/lib/dpkg/info/web-dev.list":      "/usr/other\n",
		"var/lib/dpkg/info/weblib:amd64.list": "/usr/lib.so\n",
		"usr/web":                             "x",
		"usr/other":                           "x",
		"usr/lib.so":                          "x",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(root, "usr/dangling")); err != nil {
		t.Fatal(err)
	}
	layer, err := PackageClosure(root, "web", "weblib")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"usr/dangling", "usr/lib.so", "usr/web"}
	if got := slices.Sorted(maps.Keys(layer)); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	if _, err := PackageClosure(root, "we"); err == nil || !strings.Contains(err.Error(), "no package we ") {
		t.Errorf("error %v for a package that is not installed", err)
	}
}

func TestClosureErrors(t *testing.T) {
	root := t.TempDir()
	if err := os.Symlink("loop", filepath.Join(root, "loop")); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]string{"none": "nothing in the tree matches none", "loop": "too many symbolic links"} {
		if _, err := Closure(root, pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Closure(%s): error %v, want %q", pattern, err, want)
		}
	}
}
