package imagetar

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// entries reads a tar file into its headers and contents by name.
func entries(t *testing.T, r io.Reader) (map[string]*tar.Header, map[string][]byte) {
	t.Helper()
	headers, contents := map[string]*tar.Header{}, map[string][]byte{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return headers, contents
		}
		if err != nil {
			t.Fatal(err)
		}
		if headers[h.Name] != nil {
			t.Errorf("%s is in the archive twice", h.Name)
		}
		data, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		headers[h.Name], contents[h.Name] = h, data
	}
}

func TestLayer(t *testing.T) {
	from := filepath.Join(t.TempDir(), "from")
	if err := os.WriteFile(from, []byte("program"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := Layer{
		"usr/bin/x": {From: from, Mode: 0o755}, "etc/y": {Data: []byte("text")}, "bin": {Link: "usr/bin"},
		"tmp": {Mode: fs.ModeDir | fs.ModeSticky | 0o777}, "tmp/z": {},
	}.write(&out)
	if err != nil {
		t.Fatal(err)
	}
	headers, contents := entries(t, &out)
	for name, want := range map[string]struct {
		kind byte
		mode int64
		text string
	}{
		"usr/": {tar.TypeDir, 0o755, ""}, "usr/bin/": {tar.TypeDir, 0o755, ""}, "usr/bin/x": {tar.TypeReg, 0o755, "program"},
		"etc/y": {tar.TypeReg, 0o644, "text"}, "bin": {tar.TypeSymlink, 0o777, ""}, "tmp/": {tar.TypeDir, 0o1777, ""},
	} {
		h := headers[name]
		if h == nil || h.Typeflag != want.kind || h.Mode != want.mode || string(contents[name]) != want.text || h.Uid != 0 {
			t.Errorf("%s: %+v with %q", name, h, contents[name])
		}
	}
}

func TestLayerRefusesPathsOutside(t *testing.T) {
	for _, name := range []string{"/etc/x", "../x", "a/../../x", "a//b", ""} {
		if err := (Layer{name: {}}).write(io.Discard); err == nil {
			t.Errorf("path %q is written", name)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	shared, own := filepath.Join(dir, "shared"), filepath.Join(dir, "own")
	for _, f := range []string{shared, own} {
		if err := (Layer{filepath.Base(f): {}}).WriteFile(f); err != nil {
			t.Fatal(err)
		}
	}
	images := []Image{
		{Tags: []string{"a.example/x:1"}, Layers: []string{shared, own}, Cmd: []string{"x"}, StopSignal: "SIGQUIT", Ports: []string{"80/tcp"}},
		{Tags: []string{"a.example/y:1", "a.example/y:2"}, Layers: []string{shared}},
	}
	var first, second bytes.Buffer
	if err := errors.Join(Write(&first, images...), Write(&second, images...)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same images give different archives")
	}
	_, contents := entries(t, &first)
	var manifests []manifest
	if err := json.Unmarshal(contents["manifest.json"], &manifests); err != nil {
		t.Fatal(err)
	}
	if len(manifests) != 2 || len(manifests[1].RepoTags) != 2 {
		t.Fatalf("manifests %+v", manifests)
	}
	for i, m := range manifests {
		var c config
		if err := json.Unmarshal(contents[m.Config], &c); err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(contents[m.Config]); hex.EncodeToString(sum[:])+".json" != m.Config {
			t.Errorf("image %d: the configuration's name is not its digest", i)
		}
		for j, layer := range m.Layers {
			sum := sha256.Sum256(contents[layer])
			if want := "sha256:" + hex.EncodeToString(sum[:]); c.RootFS.DiffIDs[j] != want {
				t.Errorf("image %d, layer %d: %s, want %s", i, j, c.RootFS.DiffIDs[j], want)
			}
		}
	}
	if text := string(contents[manifests[0].Config]); !strings.Contains(text, `"StopSignal":"SIGQUIT"`) || !strings.Contains(text, `"80/tcp":{}`) {
		t.Errorf("configuration %s", text)
	}
}

func TestWriteNamesTheImageInErrors(t *testing.T) {
	err := Write(io.Discard, Image{Tags: []string{"a.example/x:1"}, Layers: []string{"/none"}})
	if err == nil || !strings.Contains(err.Error(), "a.example/x:1") {
		t.Errorf("error %v", err)
	}
}

func TestID(t *testing.T) {
	layer := filepath.Join(t.TempDir(), "layer")
	write := func(content string) {
		if err := (Layer{"f": {Data: []byte(content)}}).WriteFile(layer); err != nil {
			t.Fatal(err)
		}
	}
	id := func(image Image) string {
		got, err := image.ID()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	write("one")
	image := Image{Tags: []string{"a.example/x:1"}, Layers: []string{layer}, Cmd: []string{"x"}}
	first := id(image)
	var out bytes.Buffer
	if err := Write(&out, image); err != nil {
		t.Fatal(err)
	}
	if _, contents := entries(t, &out); contents[first+".json"] == nil {
		t.Errorf("the archive has no configuration %s.json", first)
	}
	image.Tags = []string{"a.example/y:2"}
	if id(image) != first {
		t.Error("the id changes with the tag")
	}
	image.Cmd = []string{"y"}
	if id(image) == first {
		t.Error("the id does not change with the command")
	}
	image.Cmd = []string{"x"}
	write("two")
	if id(image) == first {
		t.Error("the id does not change with the content")
	}
}
