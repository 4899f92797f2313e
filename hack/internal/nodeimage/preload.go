package nodeimage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/imagetar"
)

// containerdRoot is where containerd keeps images and snapshots.
const containerdRoot = "/var/lib/containerd"

// preload runs containerd in a container of the base image, has it unpack the images, and writes what it then has
// on disk to a layer. A node that starts with that layer has the images without importing anything.
func preload(ctx context.Context, base string, images []imagetar.Image, layer string) (err error) {
	name := fmt.Sprintf("hookcheck-preload-%d-%d", os.Getpid(), time.Now().UnixNano())
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if _, rmErr := command.Output(clean, "docker", "rm", "--force", "--volumes", name); rmErr != nil {
			err = errors.Join(err, fmt.Errorf("remove the container: %w", rmErr))
		}
	}()
	// A volume, because snapshots are overlays and an overlay cannot lie on the container's own overlay.
	if _, err := command.Output(ctx, "docker", "run", "--detach", "--privileged", "--network=none", "--name="+name,
		"--label=dev.hookcheck=build", "--volume="+containerdRoot, "--entrypoint=/bin/bash", base,
		"-c", "containerd >/run/containerd.log 2>&1 & trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"); err != nil {
		return err
	}
	in := func(args ...string) []string {
		return append([]string{"docker", "exec", "--privileged", name}, args...)
	}
	if err := awaitContainerd(ctx, in); err != nil {
		return err
	}
	importImages := append([]string{"docker", "exec", "--privileged", "--interactive", name},
		"ctr", "--namespace=k8s.io", "images", "import", "--local", "--discard-unpacked-layers", "--sync-fs",
		"--label=io.cri-containerd.pinned=pinned", "-")
	if err := pipe(ctx, importImages, func(w io.Writer) error { return imagetar.Write(w, images...) }); err != nil {
		return err
	}
	// The layers as they came are garbage now; the next content deletion collects it.
	if _, err := command.Output(ctx, in("ctr", "--namespace=k8s.io", "content", "prune", "references")...); err != nil {
		return err
	}
	if _, err := command.Output(ctx, in("bash", "-c", "pkill -x containerd; while pgrep -x containerd; do sleep 0.1; done")...); err != nil {
		return fmt.Errorf("end containerd: %w", err)
	}
	out, err := os.Create(layer)
	if err != nil {
		return err
	}
	_, err = command.Run(ctx, command.Cmd{Stdout: out, Args: in("tar", "--create", "--directory=/", "--sort=name",
		"--numeric-owner", "--exclude=*/tmpmounts/*", "--exclude=*/ingest/*", containerdRoot[1:])})
	return errors.Join(err, out.Close())
}

// awaitContainerd waits until it answers, 30 s at most.
func awaitContainerd(ctx context.Context, in func(...string) []string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		_, err := command.Output(ctx, in("ctr", "version")...)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log, _ := command.Output(context.WithoutCancel(ctx), in("tail", "-n", "10", "/run/containerd.log")...)
			return fmt.Errorf("containerd does not answer: %w\n%s", err, log)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
