package debimage

import (
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/hookcheck/hookcheck/hack/internal/imagetar"
)

// Closure collects, from an installed tree, the files that match the patterns and whatever they need to run: the
// symbolic links on the way, the dynamic loader and the shared libraries. It gives an image that runs a few
// programs of a distribution without the distribution.
func Closure(root string, patterns ...string) (imagetar.Layer, error) {
	c := closure{root: root, layer: imagetar.Layer{}, seen: map[string]bool{}}
	if err := c.addPatterns(patterns); err != nil {
		return nil, err
	}
	return c.layer, nil
}

// PackageClosure is Closure for all files of the named packages that are still in the tree.
func PackageClosure(root string, packages ...string) (imagetar.Layer, error) {
	c := closure{root: root, layer: imagetar.Layer{}, seen: map[string]bool{}}
	for _, name := range packages {
		files, err := packageFiles(root, name)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := c.add(file); err != nil {
				return nil, fmt.Errorf("package %s: %w", name, err)
			}
		}
	}
	return c.layer, nil
}

// packageFiles lists what the package manager says it installed, as far as it is still there.
func packageFiles(root, name string) ([]string, error) {
	lists, err := filepath.Glob(filepath.Join(root, "var/lib/dpkg/info", name+"*.list"))
	if err != nil {
		return nil, err
	}
	for _, list := range lists {
		// "name.list", or "name:amd64.list" for libraries; not "name-dev.list".
		if base, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(list), ".list"), ":"); base != name {
			continue
		}
		data, err := os.ReadFile(list)
		if err != nil {
			return nil, err
		}
		var files []string
		for file := range strings.Lines(string(data)) {
			file = strings.TrimSpace(file)
			if info, err := os.Lstat(filepath.Join(root, file)); err == nil && !info.IsDir() {
				files = append(files, file)
			}
		}
		return files, nil
	}
	return nil, fmt.Errorf("no package %s in the tree", name)
}

func (c *closure) addPatterns(patterns []string) error {
	root := c.root
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return fmt.Errorf("pattern %s: %w", pattern, err)
		}
		if len(matches) == 0 {
			return fmt.Errorf("nothing in the tree matches %s", pattern)
		}
		for _, m := range matches {
			if err := c.add(strings.TrimPrefix(m, root)); err != nil {
				return err
			}
		}
	}
	return nil
}

type closure struct {
	root  string
	layer imagetar.Layer
	seen  map[string]bool
}

// add takes the file at the path, as seen from inside the tree.
func (c *closure) add(name string) error {
	if c.seen[name] {
		return nil
	}
	c.seen[name] = true
	real, err := c.resolve(name, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if info, linkErr := os.Lstat(filepath.Join(c.root, name)); linkErr == nil && info.Mode()&fs.ModeSymlink != 0 {
			return nil // a link to what only another package would have
		}
	}
	if err != nil {
		return fmt.Errorf("resolve %s: %w", name, err)
	}
	info, err := os.Lstat(filepath.Join(c.root, real))
	if err != nil {
		return err
	}
	if info.IsDir() {
		return nil
	}
	file := filepath.Join(c.root, real)
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	c.layer[real] = imagetar.File{Data: data, Mode: info.Mode()}
	return c.addNeeded(file)
}

// addNeeded takes the loader and the libraries that an ELF file names.
func (c *closure) addNeeded(file string) error {
	f, err := elf.Open(file)
	if err != nil {
		return nil // a script, or data
	}
	defer f.Close()
	if loader := f.Section(".interp"); loader != nil {
		data, err := loader.Data()
		if err != nil {
			return err
		}
		if err := c.add(strings.TrimRight(string(data), "\x00")); err != nil {
			return err
		}
	}
	libraries, err := f.ImportedLibraries()
	if err != nil {
		return nil // a static program
	}
	for _, lib := range libraries {
		found, err := c.find(lib)
		if err != nil {
			return fmt.Errorf("%s needs it: %w", file, err)
		}
		if err := c.add(found); err != nil {
			return err
		}
	}
	return nil
}

// find looks for a library where Debian's loader looks without a cache.
func (c *closure) find(lib string) (string, error) {
	for _, pattern := range []string{"/lib/*-linux-gnu", "/usr/lib/*-linux-gnu", "/lib64", "/lib", "/usr/lib"} {
		matches, err := filepath.Glob(filepath.Join(c.root, pattern, lib))
		if err != nil {
			return "", err
		}
		if len(matches) > 0 {
			return strings.TrimPrefix(matches[0], c.root), nil
		}
	}
	return "", fmt.Errorf("no library %s in the tree", lib)
}

// resolve follows the symbolic links of a path as a process inside the tree would, notes each of them in the
// layer, and returns the path of the file itself, relative to the root.
func (c *closure) resolve(name string, depth int) (string, error) {
	if depth > 40 {
		return "", errors.New("too many symbolic links")
	}
	real := ""
	parts := strings.Split(strings.Trim(path.Clean("/"+name), "/"), "/")
	for i, part := range parts {
		next := path.Join(real, part)
		info, err := os.Lstat(filepath.Join(c.root, next))
		if err != nil {
			return "", err
		}
		if info.Mode()&os.ModeSymlink == 0 {
			real = next
			continue
		}
		target, err := os.Readlink(filepath.Join(c.root, next))
		if err != nil {
			return "", err
		}
		c.layer[next] = imagetar.File{Link: target}
		if !path.IsAbs(target) {
			target = path.Join("/", real, target)
		}
		return c.resolve(path.Join(append([]string{target}, parts[i+1:]...)...), depth+1)
	}
	return real, nil
}
