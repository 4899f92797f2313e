package progs

import (
	"io/fs"
	"strings"
	"testing/fstest"
)

// sourceTree is the source of one program as a module of its own, in which import paths stay what they are here.
func sourceTree(name string) (fs.FS, error) {
	tree := fstest.MapFS{"go.mod": {Data: []byte("module " + module + "\n\ngo 1.26\n"), Mode: 0o644}}
	err := fs.WalkDir(source, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if dir, _, _ := strings.Cut(path, "/"); dir != name && dir != "ociedit" {
			return nil // a change to one program must not rebuild the others
		}
		data, err := fs.ReadFile(source, path)
		tree["hack/internal/progs/"+path] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
	return tree, err
}
