// Package nginximage makes a small nginx image without a container registry.
//
// Tutorials about lifecycle hooks use the nginx image of Docker Hub. This one is for machines that cannot pull it,
// and agrees with it in what such tutorials rely on: nginx in the foreground as the command, SIGQUIT as the stop
// signal, files served from /usr/share/nginx/html, logs on standard output and error, a shell, curl, and the commands
// of Debian's essential packages, but neither ps nor killall. The nginx in it is Debian's, which is older.
package nginximage

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/debimage"
	"github.com/hookcheck/hookcheck/hack/internal/imagetar"
	"github.com/hookcheck/hookcheck/hack/internal/store"
)

//go:embed files
var files embed.FS

// Repository is the image's name without its tag.
const Repository = "hookcheck.dev/nginx"

// Published is the image that this one stands in for, by the name under which manifests have it.
const Published = "docker.io/library/nginx"

// tagLength is how many hex digits of the image's id make the tag, as in the name of the agent's image.
const tagLength = 12

// layer is the file that holds the image's only layer.
const layer = "nginx.tar"

// packages are those whose files are in the image, with the libraries they need: the web server, curl, and what
// Debian's own small image has for a shell script.
var packages = []string{
	"nginx", "nginx-common", "curl", "ca-certificates",
	"bash", "dash", "coreutils", "grep", "sed", "mawk", "findutils", "diffutils", "debianutils", "tar", "gzip",
	"hostname", "util-linux", "libc-bin", "login", "passwd", "base-files", "base-passwd",
}

// Write writes an archive for `docker load`, `ctr images import` and `kind load image-archive` to the file out. It
// returns the image's name, whose tag follows from its content, so that a node that has the name has the content.
// The file is left alone where it is known to hold that image: where has is its name.
func Write(ctx context.Context, logf command.Logf, out, has string) (ref string, err error) {
	dir, err := rootfs().Dir(ctx, logf)
	if err != nil {
		return "", err
	}
	image := imagetar.Image{
		Layers:     []string{filepath.Join(dir, layer)},
		Env:        []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		Cmd:        []string{"nginx", "-g", "daemon off;"},
		StopSignal: "SIGQUIT", // nginx ends gracefully by this one, and at once by SIGTERM
		Ports:      []string{"80/tcp"},
	}
	id, err := image.ID()
	if err != nil {
		return "", err
	}
	ref = Repository + ":" + id[:tagLength]
	if _, err := os.Stat(out); err == nil && ref == has {
		return ref, nil
	}
	image.Tags = []string{ref}
	return ref, replace(out, func(w io.Writer) error { return imagetar.Write(w, image) })
}

// replace writes a file aside and renames it, so that nobody ever reads half an archive.
func replace(name string, write func(io.Writer) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-")
	if err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	defer os.Remove(tmp.Name()) // no longer there after the rename
	if err := errors.Join(write(tmp), tmp.Chmod(0o644), tmp.Close()); err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	return os.Rename(tmp.Name(), name)
}

func rootfs() debimage.Rootfs {
	recipe, err := store.Digest(files)
	if err != nil {
		panic(err) // embedded files can be read
	}
	return debimage.Rootfs{
		Name: "nginx", Packages: []string{"nginx", "curl", "ca-certificates"},
		Partial: true, Finish: finish, Recipe: "2 " + recipe + " " + strings.Join(packages, " "),
	}
}

// finish takes the image's files from the installed tree.
func finish(root, out string) error {
	l, err := debimage.PackageClosure(root, packages...)
	if err != nil {
		return err
	}
	// Names that the package manager chooses among alternatives, so no package lists them.
	chosen, err := debimage.Closure(root, "usr/bin/awk", "usr/bin/which")
	if err != nil {
		return err
	}
	maps.Copy(l, chosen)
	for name := range l {
		if strings.HasPrefix(name, "etc/nginx/sites-") || strings.HasPrefix(name, "usr/share/bash-completion/") ||
			strings.HasPrefix(name, "lib/systemd/") || strings.HasPrefix(name, "usr/lib/systemd/") {
			delete(l, name)
		}
	}
	// Made by the installation, so no package lists them.
	for _, name := range []string{"etc/passwd", "etc/group", "etc/shadow", "etc/ssl/certs/ca-certificates.crt", "etc/nsswitch.conf"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return fmt.Errorf("take %s: %w", name, err)
		}
		l[name] = imagetar.File{Data: data}
	}
	user := func(file, line string) {
		f := l[file]
		f.Data = append(f.Data, line+"\n"...)
		l[file] = f
	}
	user("etc/passwd", "nginx:x:101:101:nginx user:/nonexistent:/bin/false")
	user("etc/group", "nginx:x:101:")
	l["etc/shadow"] = imagetar.File{Data: l["etc/shadow"].Data, Mode: 0o640}

	err = fs.WalkDir(files, "files", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(path)
		l[strings.TrimPrefix(path, "files/")] = imagetar.File{Data: data}
		return err
	})
	if err != nil {
		return err
	}
	for name, mode := range map[string]fs.FileMode{
		"tmp": 0o777 | fs.ModeSticky, "var/tmp": 0o777 | fs.ModeSticky, "run": 0o755, "root": 0o700,
		"var/lib/nginx": 0o755, "var/log/nginx": 0o755, "var/cache/nginx": 0o755,
	} {
		l[name] = imagetar.File{Mode: fs.ModeDir | mode}
	}
	l["var/log/nginx/access.log"] = imagetar.File{Link: "/dev/stdout"}
	l["var/log/nginx/error.log"] = imagetar.File{Link: "/dev/stderr"}
	l["var/run"] = imagetar.File{Link: "/run"}
	return l.WriteFile(filepath.Join(out, layer))
}
