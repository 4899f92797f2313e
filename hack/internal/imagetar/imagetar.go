// Package imagetar writes container images as the tar files that `docker load` and `ctr images import` read.
//
// Layers are existing tar files or are written on the fly; they stay uncompressed, because what is loaded on the
// same machine gains nothing from compression. Times and owners are fixed, so the same content has the same
// digest, and an engine that has a layer does not store it again.
package imagetar

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"time"
)

// Image is an image to write. Of its fields only Tags and Layers are needed.
type Image struct {
	Tags       []string // complete references: name:tag
	Layers     []string // paths of uncompressed tar files, lowest first
	Env        []string
	Entrypoint []string
	Cmd        []string
	WorkingDir string
	User       string
	StopSignal string
	Labels     map[string]string
	Ports      []string // "80/tcp"
}

// config is the part of the image specification that is used here.
type config struct {
	Architecture string          `json:"architecture"`
	OS           string          `json:"os"`
	Created      string          `json:"created"`
	Config       containerConfig `json:"config"`
	RootFS       rootFS          `json:"rootfs"`
	History      []history       `json:"history"`
}

type containerConfig struct {
	Env          []string            `json:",omitempty"`
	Entrypoint   []string            `json:",omitempty"`
	Cmd          []string            `json:",omitempty"`
	WorkingDir   string              `json:",omitempty"`
	User         string              `json:",omitempty"`
	StopSignal   string              `json:",omitempty"`
	Labels       map[string]string   `json:",omitempty"`
	ExposedPorts map[string]struct{} `json:",omitempty"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type history struct {
	Created   string `json:"created"`
	CreatedBy string `json:"created_by"`
}

type manifest struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// epoch is the time of everything: a build today and one tomorrow give the same bytes.
var epoch = time.Unix(0, 0).UTC()

// Write writes the images as one archive. A layer that several share is written once.
func Write(w io.Writer, images ...Image) error {
	tw := tar.NewWriter(w)
	digests, written := map[string]string{}, map[string]bool{}
	var manifests []manifest
	for _, image := range images {
		m, err := writeImage(tw, image, digests, written)
		if err != nil {
			return fmt.Errorf("write the image %v: %w", image.Tags, err)
		}
		manifests = append(manifests, m)
	}
	data, err := json.Marshal(manifests)
	if err != nil {
		return err
	}
	return errors.Join(writeFile(tw, "manifest.json", data), tw.Close())
}

// ID returns what engines call the image's id, as hex digits: the digest of its configuration, in which its layers
// stand by theirs. It follows from the content, and the tags are not part of it.
func (i Image) ID() (string, error) {
	data, err := i.config(map[string]string{})
	if err != nil {
		return "", err
	}
	return hexDigest(data), nil
}

// config returns the image's configuration. digests holds those of layers by path; it is added to.
func (i Image) config(digests map[string]string) ([]byte, error) {
	c := config{
		Architecture: runtime.GOARCH, OS: "linux", Created: epoch.Format(time.RFC3339),
		RootFS: rootFS{Type: "layers"},
		Config: containerConfig{Env: i.Env, Entrypoint: i.Entrypoint, Cmd: i.Cmd, WorkingDir: i.WorkingDir,
			User: i.User, StopSignal: i.StopSignal, Labels: i.Labels},
	}
	for _, p := range i.Ports {
		if c.Config.ExposedPorts == nil {
			c.Config.ExposedPorts = map[string]struct{}{}
		}
		c.Config.ExposedPorts[p] = struct{}{}
	}
	for _, layer := range i.Layers {
		if digests[layer] == "" {
			digest, err := fileDigest(layer)
			if err != nil {
				return nil, err
			}
			digests[layer] = digest
		}
		c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, "sha256:"+digests[layer])
		c.History = append(c.History, history{Created: c.Created, CreatedBy: "hookcheck"})
	}
	return json.Marshal(c)
}

// writeImage writes the image's configuration and those layers that are not written yet.
func writeImage(tw *tar.Writer, image Image, digests map[string]string, written map[string]bool) (manifest, error) {
	m := manifest{RepoTags: image.Tags}
	data, err := image.config(digests)
	if err != nil {
		return m, err
	}
	for _, layer := range image.Layers {
		name := layerName(digests[layer])
		m.Layers = append(m.Layers, name)
		if written[name] {
			continue
		}
		if err := copyLayer(tw, layer, name); err != nil {
			return m, err
		}
		written[name] = true
	}
	m.Config = hexDigest(data) + ".json"
	return m, writeFile(tw, m.Config, data)
}

func hexDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func layerName(digest string) string { return path.Join(digest, "layer.tar") }

func copyLayer(tw *tar.Writer, file, name string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: info.Size(), ModTime: epoch}); err != nil {
		return err
	}
	_, err = io.Copy(tw, f)
	return err
}

func fileDigest(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func writeFile(tw *tar.Writer, name string, data []byte) error {
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), ModTime: epoch}); err != nil {
		return err
	}
	_, err := tw.Write(data)
	return err
}
