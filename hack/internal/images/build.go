package images

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

const (
	agentPackage = "github.com/hookcheck/hookcheck/fixtures/agent"

	// ArchiveName and RefName are the files that Build leaves in its directory.
	ArchiveName = "agent.tar"
	RefName     = "agent.ref"

	// MaxBinary bounds the agent, in bytes: hundreds of pods of a run start it, and air-gapped sites carry it by hand.
	MaxBinary = 8 << 20
)

// Architectures that Kubernetes nodes have and Go compiles for, as GOARCH.
var Architectures = []string{"amd64", "arm64", "ppc64le", "riscv64", "s390x"}

// Result of a build.
type Result struct {
	Ref      string
	Archive  string           // path of the archive
	Size     int64            // of the archive, in bytes
	Binaries map[string]int64 // sizes by architecture, in bytes
}

// Build compiles the agent for each architecture and writes archive and name into dir, which it creates. It has to run
// within the module. The binaries stay in dir as well: the go command does not link again what is up to date there.
func Build(ctx context.Context, dir string, archs ...string) (Result, error) {
	result := Result{Archive: filepath.Join(dir, ArchiveName), Binaries: map[string]int64{}}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return result, fmt.Errorf("making the output directory: %w", err)
	}
	var images []v1.Image
	for _, arch := range archs {
		binary, err := Compile(ctx, dir, arch)
		if err != nil {
			return result, err
		}
		content, err := os.ReadFile(binary)
		if err != nil {
			return result, fmt.Errorf("reading the agent for %s: %w", arch, err)
		}
		if len(content) > MaxBinary {
			return result, fmt.Errorf("the agent for %s has %d bytes, more than %d; see what it imports", arch, len(content), MaxBinary)
		}
		result.Binaries[arch] = int64(len(content))
		image, err := Image(content, arch)
		if err != nil {
			return result, fmt.Errorf("making the image for %s: %w", arch, err)
		}
		images = append(images, image)
	}
	archive, err := NewArchive(images...)
	if err != nil {
		return result, err
	}
	result.Ref = archive.Ref
	if result.Size, err = replace(result.Archive, archive.Write); err != nil {
		return result, err
	}
	_, err = replace(filepath.Join(dir, RefName), func(w io.Writer) error {
		_, err := io.WriteString(w, archive.Ref+"\n")
		return err
	})
	return result, err
}

// CheckArchs refuses unknown architectures and repeated ones.
func CheckArchs(archs []string) error {
	for i, arch := range archs {
		if !slices.Contains(Architectures, arch) {
			return fmt.Errorf("unknown architecture %q; there are %s", arch, strings.Join(Architectures, ", "))
		}
		if slices.Contains(archs[:i], arch) {
			return fmt.Errorf("architecture %s is given twice", arch)
		}
	}
	if len(archs) == 0 {
		return errors.New("no architecture given")
	}
	return nil
}

// Compile builds the agent for linux on that architecture into dir and returns the binary's path.
func Compile(ctx context.Context, dir, arch string) (string, error) {
	if err := CheckArchs([]string{arch}); err != nil {
		return "", err
	}
	path, err := filepath.Abs(filepath.Join(dir, "agent-linux-"+arch))
	if err != nil {
		return "", fmt.Errorf("naming the agent: %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", path, agentPackage)
	// The baseline of each architecture, whatever the developer's environment prefers: it would change the bytes, and
	// the fixture has to run on any node.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch, "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("compiling the agent for %s: %w\n%s", arch, err, strings.TrimSpace(stderr.String()))
	}
	return path, nil
}

// replace writes a file aside and renames it, so that nobody ever reads half an archive. It returns the size.
func replace(path string, write func(io.Writer) error) (int64, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return 0, fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // in vain after the renaming
	if err := errors.Join(write(f), f.Chmod(0o644)); err != nil {
		_ = f.Close()
		return 0, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err := errors.Join(err, f.Close()); err != nil {
		return 0, fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return 0, fmt.Errorf("writing %s: %w", path, err)
	}
	return size, nil
}
