package imagetar

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// File is an entry of a layer: a symbolic link where Link is set, a directory where Mode says so, and otherwise a
// regular file. Its owner is root.
type File struct {
	Data []byte      // content
	From string      // or the path of a file on this machine that has the content
	Link string      // target of a symbolic link
	Mode fs.FileMode // permissions, sticky and set-id bits; 0 is 0644
}

// Layer is the content of a layer by path, without a leading slash. Parent directories need not be in it.
type Layer map[string]File

// WriteFile writes the layer as an uncompressed tar file, sorted by path.
func (l Layer) WriteFile(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(l.write(f), f.Close())
}

func (l Layer) write(w io.Writer) error {
	tw := tar.NewWriter(w)
	made := map[string]bool{".": true}
	for _, name := range slices.Sorted(maps.Keys(l)) {
		if !fs.ValidPath(name) || name == "." {
			return fmt.Errorf("path %q of a layer is not a relative and clean one", name)
		}
		if err := writeParents(tw, path.Dir(name), made); err != nil {
			return err
		}
		if l[name].Mode.IsDir() {
			made[name] = true
		}
		if err := writeEntry(tw, name, l[name]); err != nil {
			return fmt.Errorf("write %s into a layer: %w", name, err)
		}
	}
	return tw.Close()
}

func writeParents(tw *tar.Writer, dir string, made map[string]bool) error {
	if made[dir] {
		return nil
	}
	if err := writeParents(tw, path.Dir(dir), made); err != nil {
		return err
	}
	made[dir] = true
	return tw.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: epoch})
}

func writeEntry(tw *tar.Writer, name string, file File) error {
	if file.Link != "" {
		return tw.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: file.Link, Mode: 0o777, ModTime: epoch})
	}
	mode := unixMode(file.Mode)
	if file.Mode.IsDir() {
		return tw.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode, ModTime: epoch})
	}
	content, size := io.Reader(strings.NewReader(string(file.Data))), int64(len(file.Data))
	if file.From != "" {
		f, err := os.Open(file.From)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		content, size = f, info.Size()
	}
	if err := tw.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: mode, ModTime: epoch}); err != nil {
		return err
	}
	_, err := io.Copy(tw, content)
	return err
}

func unixMode(mode fs.FileMode) int64 {
	bits := int64(mode.Perm())
	if bits == 0 {
		bits = 0o644
	}
	for flag, bit := range map[fs.FileMode]int64{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if mode&flag != 0 {
			bits |= bit
		}
	}
	return bits
}
