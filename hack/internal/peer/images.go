package peer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/debimage"
	"github.com/hookcheck/hookcheck/hack/internal/gobuild"
	"github.com/hookcheck/hookcheck/hack/internal/imagetar"
	"github.com/hookcheck/hookcheck/hack/internal/progs"
	"github.com/hookcheck/hookcheck/hack/internal/registry"
)

// host is the registry that has the suite's images.
const host = "registry.k8s.io"

// LoadImages gives the nodes of a kind cluster stand-ins for the images that the specs use, where nodes cannot pull
// them. An image that is there is replaced: its name does not tell what is in it.
func LoadImages(ctx context.Context, logf command.Logf, tools Tools, kind *cluster.Kind) error {
	if err := (registry.Registry{Base: "https://" + host}).Answers(ctx); err == nil {
		logf("nodes pull the suite's images from %s", host)
		return nil
	}
	listed, err := tools.images(ctx)
	if err != nil {
		return err
	}
	refs, err := standIns(listed)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "hookcheck-peer-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	images, err := tools.makeImages(ctx, logf, refs, work)
	if err != nil {
		return fmt.Errorf("make the suite's images: %w", err)
	}
	archive := filepath.Join(work, "images.tar")
	if err := writeArchive(archive, images); err != nil {
		return err
	}
	if err := kind.LoadImageArchive(ctx, archive); err != nil {
		return err
	}
	logf("%s has stand-ins for agnhost, busybox, nginx and pause of %s, which does not answer", kind, host)
	return nil
}

func writeArchive(name string, images []imagetar.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(imagetar.Write(f, images...), f.Close())
}

// standIns chooses, from the names of all images, those of the images that there are stand-ins for, by the last part of
// their repositories. Some have several tags: specs change from one to another.
func standIns(listed []string) (map[string][]string, error) {
	refs := map[string][]string{"agnhost": nil, "busybox": nil, "nginx": nil, "pause": nil}
	for _, ref := range listed {
		name, _, _ := strings.Cut(path.Base(ref), ":")
		if _, wanted := refs[name]; wanted && strings.HasPrefix(ref, host+"/") {
			refs[name] = append(refs[name], ref)
		}
	}
	for name, found := range refs {
		if len(found) == 0 {
			return nil, fmt.Errorf("the suite names no image %s of %s among its %d", name, host, len(listed))
		}
	}
	return refs, nil
}

// makeImages describes the stand-ins; layers are written to dir.
func (t Tools) makeImages(ctx context.Context, logf command.Logf, refs map[string][]string, dir string) ([]imagetar.Image, error) {
	debian, err := rootfs().Dir(ctx, logf)
	if err != nil {
		return nil, err
	}
	source, err := gobuild.Download(ctx, module, t.version)
	if err != nil {
		return nil, err
	}
	pause, err := progs.Build(ctx, logf, "pause")
	if err != nil {
		return nil, err
	}
	certificates := filepath.Join(source.Dir, "test", "images", "agnhost", "porter")
	agnhostLayer, pauseLayer := filepath.Join(dir, "agnhost.tar"), filepath.Join(dir, "pause.tar")
	err = errors.Join(
		imagetar.Layer{
			"agnhost":   {From: t.path("agnhost"), Mode: 0o755},
			"agnhost-2": {Link: "agnhost"},
			// What its servers of HTTPS present.
			"localhost.crt": {From: filepath.Join(certificates, "localhost.crt")},
			"localhost.key": {From: filepath.Join(certificates, "localhost.key")},
			"uploads":       {Mode: fs.ModeDir | 0o755},
		}.WriteFile(agnhostLayer),
		imagetar.Layer{"pause": {From: pause, Mode: 0o755}}.WriteFile(pauseLayer),
	)
	if err != nil {
		return nil, err
	}
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	return []imagetar.Image{
		{
			// The specs ask of nginx that it has a shell and ends by SIGTERM; agnhost does.
			Tags:   append(refs["agnhost"], refs["nginx"]...),
			Layers: []string{filepath.Join(debian, shellLayer), agnhostLayer}, Env: env,
			Entrypoint: []string{"/agnhost"}, Cmd: []string{"pause"},
		},
		{Tags: refs["busybox"], Layers: []string{filepath.Join(debian, busyboxLayer)}, Env: env, Cmd: []string{"sh"}},
		{Tags: refs["pause"], Layers: []string{pauseLayer}, Env: env, Entrypoint: []string{"/pause"}},
	}, nil
}

const (
	shellLayer   = "shell.tar"
	busyboxLayer = "busybox.tar"
)

// shellPackages are what commands in agnhost's image need.
var shellPackages = []string{"bash", "dash", "coreutils", "curl"}

func rootfs() debimage.Rootfs {
	return debimage.Rootfs{
		Name: "peer", Packages: []string{"busybox-static", "curl"},
		Partial: true, Finish: finish, Recipe: "1 " + strings.Join(shellPackages, " "),
	}
}

// finish takes the files of the images from the installed tree.
func finish(root, out string) error {
	shell, err := debimage.PackageClosure(root, shellPackages...)
	if err != nil {
		return err
	}
	shell["tmp"] = imagetar.File{Mode: fs.ModeDir | fs.ModeSticky | 0o777}

	busybox := filepath.Join(root, "bin", "busybox")
	applets, err := exec.Command(busybox, "--list").Output()
	if err != nil {
		return fmt.Errorf("list what busybox can do: %w", err)
	}
	box := imagetar.Layer{"bin/busybox": {From: busybox, Mode: 0o755}, "tmp": shell["tmp"]}
	for _, applet := range strings.Fields(string(applets)) {
		if applet != "busybox" {
			box["bin/"+applet] = imagetar.File{Link: "busybox"}
		}
	}
	return errors.Join(shell.WriteFile(filepath.Join(out, shellLayer)), box.WriteFile(filepath.Join(out, busyboxLayer)))
}
