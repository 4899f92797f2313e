package debimage

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// useless is what a container never reads: caches and lists of the package manager, documentation in every form
// and language. Copyright files stay.
var useless = []string{
	"var/cache/apt/*", "var/cache/debconf/*-old", "var/lib/apt/lists/*", "var/lib/dpkg/*-old", "var/log/*", "debootstrap",
	"usr/share/man/*", "usr/share/info/*", "usr/share/locale/*", "usr/share/lintian", "usr/share/groff", "usr/share/linda",
	"etc/machine-id", "var/lib/dbus/machine-id", // made anew at each start
}

// Slim deletes from an installed tree what a container never reads.
func Slim(root string) error {
	if err := Remove(root, useless...); err != nil {
		return err
	}
	doc := filepath.Join(root, "usr/share/doc")
	return filepath.WalkDir(doc, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || d.IsDir() || d.Name() == "copyright" {
			return err
		}
		return os.Remove(path)
	})
}

// Remove deletes what the patterns of path.Match below root match. A pattern may match nothing.
func Remove(root string, patterns ...string) error {
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return fmt.Errorf("pattern %s: %w", pattern, err)
		}
		for _, m := range matches {
			if err := os.RemoveAll(m); err != nil {
				return err
			}
		}
	}
	return nil
}
