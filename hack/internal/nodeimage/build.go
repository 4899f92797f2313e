package nodeimage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/debimage"
	"github.com/hookcheck/hookcheck/hack/internal/engine"
	"github.com/hookcheck/hookcheck/hack/internal/imagetar"
	"github.com/hookcheck/hookcheck/hack/internal/xdg"
)

// build makes the node image of the given version from Go modules and Debian packages, and gives it the name ref.
func build(ctx context.Context, logf command.Logf, version, ref string) error {
	begin := time.Now()
	if err := engine.Ensure(ctx, logf); err != nil {
		return err
	}
	p, err := buildParts(ctx, logf, version)
	if err != nil {
		return err
	}
	cache, err := xdg.CacheDir()
	if err != nil {
		return err
	}
	// Layers are large, and /tmp may be in memory: they are written beside the cache.
	work, err := os.MkdirTemp(cache, ".image-")
	if err != nil {
		return fmt.Errorf("make a directory for the layers: %w", err)
	}
	defer os.RemoveAll(work)
	if err := assemble(ctx, logf, p, version, ref, work); err != nil {
		return err
	}
	logf("built %s in %s", ref, since(begin))
	return nil
}

// buildParts gets everything that the image is made of. The root file system waits for the network and the disk
// while the compiler has the processor.
func buildParts(ctx context.Context, logf command.Logf, version string) (parts, error) {
	var p parts
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return buildGo(ctx, logf, version, &p) })
	group.Go(func() (err error) {
		p.rootfs, err = rootfs().Dir(ctx, logf)
		return err
	})
	return p, group.Wait()
}

func assemble(ctx context.Context, logf command.Logf, p parts, version, ref, work string) error {
	begin := time.Now()
	base, err := nodeLayer(ctx, p)
	if err != nil {
		return err
	}
	kube := kubernetesLayer(p, version)
	image := imagetar.Image{
		Tags:       []string{ref},
		Env:        []string{defaultPath, "container=docker"}, // so systemd knows that it is in a container
		Entrypoint: []string{"/usr/local/bin/entrypoint", "/sbin/init"},
		StopSignal: "SIGRTMIN+3", // systemd ends by this one; SIGTERM makes it start again
		Labels:     map[string]string{recipeLabel: Recipe, "dev.hookcheck.kubernetes": version},
		Layers:     []string{filepath.Join(p.rootfs, debimage.Layer), filepath.Join(work, "base.tar")},
	}
	if err := errors.Join(base.WriteFile(filepath.Join(work, "base.tar")), kube.WriteFile(filepath.Join(work, "kubernetes.tar"))); err != nil {
		return fmt.Errorf("write the layers: %w", err)
	}
	images, err := controlPlane(ctx, p, version, work)
	if err != nil {
		return err
	}
	logf("layers written in %s", since(begin))

	// An image without Kubernetes runs containerd once, which unpacks the control plane's images to where it will
	// look for them in a node.
	begin = time.Now()
	empty := image
	empty.Tags = []string{fmt.Sprintf("hookcheck/node-build:%d", os.Getpid())}
	if err := load(ctx, empty); err != nil {
		return err
	}
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		_, _ = command.Output(clean, "docker", "image", "rm", empty.Tags[0]) // its layers stay in the final image
	}()
	store := filepath.Join(work, "images.tar")
	if err := preload(ctx, empty.Tags[0], images, store); err != nil {
		return fmt.Errorf("load the control plane's images into containerd: %w", err)
	}
	logf("%d control plane images unpacked in %s", len(images), since(begin))

	begin = time.Now()
	image.Layers = append(image.Layers, filepath.Join(work, "kubernetes.tar"), store)
	if err := load(ctx, image); err != nil {
		return err
	}
	logf("image loaded in %s", since(begin))
	return nil
}

// load gives images to the engine.
func load(ctx context.Context, images ...imagetar.Image) error {
	return pipe(ctx, []string{"docker", "load", "--quiet"}, func(w io.Writer) error { return imagetar.Write(w, images...) })
}

// pipe runs a program whose standard input is what write writes.
func pipe(ctx context.Context, args []string, write func(io.Writer) error) error {
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := write(w)
		w.CloseWithError(err) // the program sees the end of its input, or a broken one
		written <- err
	}()
	_, err := command.Run(ctx, command.Cmd{Args: args, Stdin: r})
	r.CloseWithError(io.ErrClosedPipe) // if the program ended without having read all
	writeErr := <-written
	if errors.Is(writeErr, io.ErrClosedPipe) {
		return err // it had enough, or it failed, and then its own error says why
	}
	return errors.Join(err, writeErr)
}

func since(t time.Time) string { return time.Since(t).Round(100 * time.Millisecond).String() }
