// Package debimage makes root file systems for container images from Debian packages.
//
// It stands in for `FROM debian` on a machine that reaches Debian's archive and no container registry. The result
// is one uncompressed tar file, a layer, kept in the store: the same packages and the same recipe are installed
// once. It needs root and a Debian or Ubuntu machine, because it runs debootstrap.
package debimage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/debimage/apt"
	"github.com/hookcheck/hookcheck/hack/internal/store"
	"github.com/hookcheck/hookcheck/hack/internal/xdg"
)

const (
	// Suite is Debian 12: its systemd 252 is the last that boots on cgroup v1 without being told to.
	Suite  = "bookworm"
	mirror = "http://deb.debian.org/debian"
	// recipe changes when this package makes another file system from the same inputs.
	recipe = "1"
)

// Rootfs describes a root file system.
type Rootfs struct {
	Name     string   // of the entry in the store
	Packages []string // beside those of Debian's minimal base
	// Finish changes the installed tree, and may write other files made from it to out, which is the directory
	// that Dir returns. It may be nil. Recipe is to change with what Finish does.
	Finish func(root, out string) error
	Recipe string
	// Partial leaves out the layer of the whole tree, where what Finish writes is all that is wanted.
	Partial bool
}

// Layer is the name of the layer in the directory that Dir returns.
const Layer = "rootfs.tar"

// Dir returns the directory that holds the layer and what Finish wrote, made now or before.
func (r Rootfs) Dir(ctx context.Context, logf command.Logf) (string, error) {
	dir, err := store.Get(ctx, r.key(), func(dir string) error { return r.build(ctx, logf, dir) })
	if err != nil {
		return "", fmt.Errorf("make the root file system %s: %w", r.Name, err)
	}
	return dir, nil
}

func (r Rootfs) key() store.Key {
	return store.Key{Kind: "rootfs", Name: r.Name,
		Inputs: []string{recipe, Suite, runtime.GOARCH, strings.Join(r.Packages, " "), r.Recipe}}
}

func (r Rootfs) build(ctx context.Context, logf command.Logf, dir string) error {
	if os.Geteuid() != 0 {
		return errors.New("debootstrap needs root; run this as root, or where a container registry can be reached")
	}
	if err := installTools(ctx, logf); err != nil {
		return err
	}
	begin := time.Now()
	root := filepath.Join(dir, "root")
	if err := debootstrap(ctx, root, r.Packages); err != nil {
		return err
	}
	logf("%s: debootstrap in %s", r.Name, time.Since(begin).Round(time.Second))
	if err := Slim(root); err != nil {
		return err
	}
	if r.Finish != nil {
		if err := r.Finish(root, dir); err != nil {
			return fmt.Errorf("finish the tree: %w", err)
		}
	}
	if !r.Partial {
		if err := writeTar(ctx, root, filepath.Join(dir, Layer)); err != nil {
			return err
		}
	}
	return os.RemoveAll(root)
}

// installTools installs what is missing of the programs used here.
func installTools(ctx context.Context, logf command.Logf) error {
	packages := apt.Missing(map[string]string{"debootstrap": "debootstrap", "tar": "tar", "unshare": "util-linux"})
	if _, err := os.Stat("/usr/share/keyrings/debian-archive-keyring.gpg"); err != nil {
		packages = append(packages, "debian-archive-keyring") // Ubuntu has its own only
	}
	return apt.Install(ctx, logf, packages...)
}

// debootstrap installs the packages below root. It mounts file systems there; in a mount namespace of its own, so
// that an interruption leaves none mounted, and nothing is deleted through them.
func debootstrap(ctx context.Context, root string, packages []string) error {
	cache, err := xdg.CacheDir()
	if err != nil {
		return err
	}
	debs := filepath.Join(cache, "debs") // shared by all file systems: most packages are the same
	if err := os.MkdirAll(debs, 0o755); err != nil {
		return fmt.Errorf("make the package cache: %w", err)
	}
	args := []string{"unshare", "--mount", "--propagation=private", "debootstrap", "--variant=minbase", "--cache-dir=" + debs}
	if len(packages) > 0 {
		args = append(args, "--include="+strings.Join(packages, ","))
	}
	args = append(args, Suite, root, mirror)
	_, err = command.Run(ctx, command.Cmd{Args: args, Env: []string{"DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "TMPDIR=/tmp"}})
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(root, "debootstrap/debootstrap.log"))
		lines := strings.Split(strings.TrimSpace(string(log)), "\n")
		return fmt.Errorf("%w\nthe end of its log:\n%s", err, strings.Join(lines[max(0, len(lines)-15):], "\n"))
	}
	return nil
}

// writeTar packs the tree as a layer: sorted, owners by number, file capabilities kept, without what an engine
// mounts over.
func writeTar(ctx context.Context, root, path string) error {
	_, err := command.Output(ctx, "tar", "--create", "--file="+path, "--directory="+root, "--sort=name", "--numeric-owner",
		"--format=posix", "--pax-option=delete=atime,delete=ctime", "--xattrs", "--xattrs-include=security.capability",
		"--exclude=./dev/*", "--exclude=./proc/*", "--exclude=./sys/*", "--exclude=./run/*", "--exclude=./tmp/*", ".")
	if err != nil {
		return fmt.Errorf("pack the tree: %w", err)
	}
	return nil
}
