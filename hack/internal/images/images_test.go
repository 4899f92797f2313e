package images

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func TestBuild(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "dir")
	result, err := Build(t.Context(), dir, runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	if n := result.Binaries[runtime.GOARCH]; n > MaxBinary || n < 1<<20 {
		t.Errorf("the agent has %d bytes", n)
	}
	binary, err := elf.Open(filepath.Join(dir, "agent-linux-"+runtime.GOARCH))
	if err != nil {
		t.Fatal(err)
	}
	if libs, err := binary.ImportedLibraries(); len(libs) > 0 || binary.Section(".interp") != nil {
		t.Errorf("the agent is not static: %v %v", libs, err)
	}
	if name, err := os.ReadFile(filepath.Join(dir, RefName)); err != nil || string(name) != result.Ref+"\n" {
		t.Errorf("name %q %v, want %q", name, err, result.Ref)
	}
	before, err := os.ReadFile(result.Archive)
	if err != nil || int64(len(before)) != result.Size {
		t.Fatalf("%d bytes, %v; reported %d", len(before), err, result.Size)
	}

	// From a directory without the binary of the first run: the same bytes again.
	again, err := Build(t.Context(), t.TempDir(), runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(again.Archive)
	if err != nil || again.Ref != result.Ref || !bytes.Equal(before, after) {
		t.Errorf("not reproducible: %s then %s, %v", result.Ref, again.Ref, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tar.*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestImage(t *testing.T) {
	image, err := Image([]byte("binary"), "arm64")
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	want := v1.Config{Entrypoint: []string{"/agent"}, User: "65532:65532", WorkingDir: "/",
		Env:    []string{"HOOKCHECK_IMAGE=image", "HOOKCHECK_BOTH=image"},
		Labels: map[string]string{"org.opencontainers.image.title": "hookcheck agent"}}
	if !reflect.DeepEqual(config.Config, want) || config.OS != "linux" || config.Architecture != "arm64" {
		t.Errorf("configuration %+v of %s/%s", config.Config, config.OS, config.Architecture)
	}
	files := map[string]string{}
	r := tar.NewReader(mutate.Extract(image))
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(r)
		files[strings.TrimSuffix(h.Name, "/")] = h.FileInfo().Mode().String() + " " + string(content)
	}
	if want := map[string]string{"agent": "-rwxr-xr-x binary", "etc": "drwxr-xr-x ", "tmp": "dtrwxrwxrwx ",
		"etc/passwd": "-rw-r--r-- " + passwd}; !reflect.DeepEqual(files, want) {
		t.Errorf("files: %q", files)
	}
}

// unpack reads an archive's files.
func unpack(t *testing.T, a *Archive) map[string][]byte {
	t.Helper()
	var buf bytes.Buffer
	if err := a.Write(&buf); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(&buf); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// An archive is both an OCI layout and a docker archive; go-containerregistry reads each and finds the same image.
func TestArchiveOfOneReadsBothWays(t *testing.T) {
	image, err := Image([]byte("binary"), "amd64")
	if err != nil {
		t.Fatal(err)
	}
	archive, err := NewArchive(image)
	if err != nil {
		t.Fatal(err)
	}
	digest, _ := image.Digest()
	if archive.Ref != "hookcheck.dev/agent:"+digest.Hex[:12] {
		t.Errorf("name %s of %s", archive.Ref, digest)
	}
	path := filepath.Join(t.TempDir(), "agent.tar")
	if _, err := replace(path, archive.Write); err != nil {
		t.Fatal(err)
	}
	docker, err := tarball.ImageFromPath(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if name, _ := docker.ConfigName(); name != must(image.ConfigName()) {
		t.Errorf("as a docker archive: configuration %s", name)
	}
	found := fromLayout(t, archive).Manifests
	if len(found) != 1 || found[0].Digest != digest || found[0].Annotations["io.containerd.image.name"] != archive.Ref ||
		found[0].Platform.Architecture != "amd64" {
		t.Errorf("as an OCI layout: %+v", found)
	}
}

func TestArchiveOfSeveral(t *testing.T) {
	one, two := must(Image([]byte("a"), "amd64")), must(Image([]byte("b"), "arm64"))
	archive, err := NewArchive(one, two)
	if err != nil {
		t.Fatal(err)
	}
	files := unpack(t, archive)
	if files["manifest.json"] != nil {
		t.Error("a docker archive holds one architecture")
	}
	top := fromLayout(t, archive).Manifests
	if len(top) != 1 || !strings.HasPrefix(top[0].Digest.Hex, strings.TrimPrefix(archive.Ref, Repository+":")) {
		t.Fatalf("%s names %+v", archive.Ref, top)
	}
	var index v1.IndexManifest
	if err := json.Unmarshal(files[blobName(top[0].Digest)], &index); err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for _, m := range index.Manifests {
		platforms = append(platforms, m.Platform.String())
		if files[blobName(m.Digest)] == nil {
			t.Errorf("no manifest of %s", m.Platform)
		}
	}
	if got := strings.Join(platforms, " "); got != "linux/amd64 linux/arm64" {
		t.Errorf("platforms: %s", got)
	}
}

// fromLayout unpacks the archive and has go-containerregistry read and verify it.
func fromLayout(t *testing.T, a *Archive) *v1.IndexManifest {
	t.Helper()
	dir := t.TempDir()
	for name, content := range unpack(t, a) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	index, err := must(layout.FromPath(dir)).ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	return must(index.IndexManifest())
}

func TestErrors(t *testing.T) {
	for want, archs := range map[string][]string{
		`unknown architecture "x86"; there are amd64, arm64`: {"amd64", "x86"},
		"architecture amd64 is given twice":                  {"amd64", "amd64"},
		"no architecture given":                              {},
	} {
		if err := CheckArchs(archs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", archs, err)
		}
	}
	if _, err := NewArchive(); err == nil {
		t.Error("an archive of nothing")
	}
	if _, err := replace(filepath.Join(t.TempDir(), "f"), func(io.Writer) error { return io.ErrShortWrite }); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("error %v", err)
	}
	image := must(Image(nil, "amd64"))
	archive := must(NewArchive(image))
	if err := archive.Write(failing{}); err == nil || !strings.Contains(err.Error(), "writing the archive of hookcheck.dev/agent:") {
		t.Errorf("error %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
