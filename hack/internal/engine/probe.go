package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/progs"
)

// probe runs a privileged container from an image made on the spot, and a second process in it.
func probe(ctx context.Context, logf command.Logf) (err error) {
	image, err := probeImage(ctx, logf)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("hookcheck-probe-%d-%d", os.Getpid(), time.Now().UnixNano())
	defer func() {
		// The context may have ended; the container is to go all the same.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		if _, rmErr := command.Output(clean, "docker", "rm", "--force", "--volumes", name); rmErr != nil && err == nil {
			err = fmt.Errorf("remove the probe container: %w", rmErr)
		}
	}()
	if _, err := command.Output(ctx, "docker", "run", "--detach", "--privileged", "--network=none",
		"--name="+name, "--label=dev.hookcheck=probe", image, "/probe", "wait"); err != nil {
		return err
	}
	_, err = command.Output(ctx, "docker", "exec", "--privileged", name, "/probe")
	return err
}

// probeImage makes the image without a registry, where the engine does not have it. Its tag is the digest of the
// program, so that an older one is not taken for it.
func probeImage(ctx context.Context, logf command.Logf) (string, error) {
	program, err := progs.Build(ctx, logf, "probe")
	if err != nil {
		return "", err
	}
	image := "hookcheck/" + filepath.Base(filepath.Dir(program))
	if i := strings.LastIndexByte(image, '-'); i > 0 {
		image = image[:i] + ":" + image[i+1:]
	}
	if _, err := command.Output(ctx, "docker", "image", "inspect", "--format", "{{.Id}}", image); err == nil {
		return image, nil
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	header := &tar.Header{Name: "probe", Mode: 0o755, Size: int64(len(data)), ModTime: time.Unix(0, 0)}
	_, writeErr := func() (int, error) {
		if err := w.WriteHeader(header); err != nil {
			return 0, err
		}
		return w.Write(data)
	}()
	if err := errors.Join(writeErr, w.Close()); err != nil {
		return "", fmt.Errorf("write the probe image: %w", err)
	}
	if _, err := command.Run(ctx, command.Cmd{Args: []string{"docker", "import", "-", image}, Stdin: &archive}); err != nil {
		return "", fmt.Errorf("import the probe image: %w", err)
	}
	return image, nil
}

// lacksCapability tells the one failure that a wrapped runtime cures from all others.
func lacksCapability(err error) bool {
	var failed *command.Error
	if !errors.As(err, &failed) {
		return false
	}
	out := strings.ToLower(failed.Output)
	return strings.Contains(out, "unable to apply caps") && strings.Contains(out, "operation not permitted")
}
