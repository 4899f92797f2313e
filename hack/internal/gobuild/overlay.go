package gobuild

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

// overlay has the go command see the changed files, and returns the flags that it takes.
//
// The go command refuses to replace files of the module cache. So each module is taken from a directory, which is a
// link to that of the module cache, and files are replaced below the link. Nothing is copied; and since -trimpath
// names packages by module and version, what is not changed comes from Go's build cache as if nothing were.
func (s Spec) overlay(ctx context.Context, work string) ([]string, error) {
	if len(s.Changed) == 0 {
		return nil, nil
	}
	work, err := filepath.EvalSymlinks(work) // as the go command sees its working directory
	if err != nil {
		return nil, err
	}
	dirs, err := moduleDirs(ctx, work, slices.Sorted(maps.Keys(s.Changed)))
	if err != nil {
		return nil, err
	}
	var replace struct{ Replace map[string]string }
	replace.Replace = map[string]string{}
	edit := []string{"go", "mod", "edit"}
	var flags []string
	for module, dir := range dirs {
		name := strings.ReplaceAll(module, "/", "_")
		link, changed := filepath.Join(work, "modules", name), filepath.Join(work, "changed", name)
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return nil, err
		}
		if err := os.Symlink(dir, link); err != nil {
			return nil, err
		}
		if err := os.CopyFS(changed, s.Changed[module]); err != nil {
			return nil, err
		}
		edit = append(edit, "-replace="+module+"=./modules/"+name)
		err := fs.WalkDir(s.Changed[module], ".", func(file string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				replace.Replace[filepath.Join(link, file)] = filepath.Join(changed, file)
				// All errors, and not the first ten. What is changed has to be compiled in any case.
				flags = append(flags, "-gcflags="+path.Join(module, path.Dir(file))+"=-e")
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if _, err := command.Run(ctx, command.Cmd{Args: edit, Dir: work, Env: Environ()}); err != nil {
		return nil, err
	}
	text, err := json.Marshal(replace)
	if err != nil {
		return nil, err
	}
	slices.Sort(flags)
	file := filepath.Join(work, "overlay.json")
	return append(slices.Compact(flags), "-overlay="+file), os.WriteFile(file, text, 0o644)
}

// moduleDirs says where the go command keeps modules that the main module requires.
func moduleDirs(ctx context.Context, work string, modules []string) (map[string]string, error) {
	if _, err := command.Run(ctx, command.Cmd{Args: append([]string{"go", "mod", "download"}, modules...), Dir: work, Env: Environ()}); err != nil {
		return nil, err
	}
	list := append([]string{"go", "list", "-m", "-f", "{{.Path}}\t{{.Dir}}"}, modules...)
	out, err := command.Run(ctx, command.Cmd{Args: list, Dir: work, Env: Environ()})
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{}
	for line := range strings.Lines(out) {
		module, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		dirs[module] = dir
	}
	for _, module := range modules {
		if dirs[module] == "" {
			return nil, fmt.Errorf("the go command has no directory for %s", module)
		}
	}
	return dirs, nil
}
