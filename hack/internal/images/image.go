package images

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// User of the image, numeric so that runAsNonRoot can be checked (kuberuntime verifyRunAsNonRoot wants a number). 65532 is
// what distroless images call nonroot.
const User = "65532:65532"

// Env is what the image sets: a variable that fixtures leave as it is, and one that they override.
var Env = []string{"HOOKCHECK_IMAGE=image", "HOOKCHECK_BOTH=image"}

const passwd = `root:x:0:0:root:/:/agent
agent:x:65532:65532:hookcheck agent:/tmp:/agent
`

// epoch is the time of every file, and of the image: 1980, which archive formats of all ages can express.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Image makes the image of an agent binary for linux on that architecture (a GOARCH).
func Image(binary []byte, arch string) (v1.Image, error) {
	files, err := rootfs(binary)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil },
		tarball.WithMediaType(types.OCILayer), tarball.WithCompressedCaching)
	if err != nil {
		return nil, fmt.Errorf("making the layer: %w", err)
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.Append(base, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: v1.Time{Time: epoch}, CreatedBy: "hookcheck hack/images"},
	})
	if err != nil {
		return nil, fmt.Errorf("appending the layer: %w", err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the image's configuration: %w", err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", arch
	config.Created = v1.Time{Time: epoch}
	config.Config = v1.Config{ // no StopSignal: fixtures set it in the pod, or test the default
		Entrypoint: []string{"/agent"},
		User:       User,
		WorkingDir: "/",
		Env:        Env,
		Labels:     map[string]string{"org.opencontainers.image.title": "hookcheck agent"},
	}
	return mutate.ConfigFile(image, config)
}

// rootfs is the image's file system as a tar.
func rootfs(agent []byte) ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range []struct {
		name    string
		mode    int64
		content []byte // nil: a directory
	}{
		{"agent", 0o755, agent},
		{"etc/", 0o755, nil},
		{"etc/passwd", 0o644, []byte(passwd)},
		{"tmp/", 0o1777, nil},
	} {
		h := &tar.Header{Name: f.name, Mode: f.mode, ModTime: epoch, Format: tar.FormatUSTAR, Typeflag: tar.TypeDir}
		if f.content != nil {
			h.Typeflag, h.Size = tar.TypeReg, int64(len(f.content))
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("writing %s: %w", f.name, err)
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, fmt.Errorf("writing %s: %w", f.name, err)
		}
	}
	return buf.Bytes(), w.Close()
}
