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
	written := map[string]string{} // path of a layer: its digest
	var manifests []manifest
	for _, image := range images {
		m, err := writeImage(tw, image, written)
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

func writeImage(tw *tar.Writer, image Image, written map[string]string) (manifest, error) {
	m := manifest{RepoTags: image.Tags}
	c := config{
		Architecture: runtime.GOARCH, OS: "linux", Created: epoch.Format(time.RFC3339),
		RootFS: rootFS{Type: "layers"},
		Config: containerConfig{Env: image.Env, Entrypoint: image.Entrypoint, Cmd: image.Cmd, WorkingDir: image.WorkingDir,
			User: image.User, StopSignal: image.StopSignal, Labels: image.Labels},
	}
	for _, p := range image.Ports {
		if c.Config.ExposedPorts == nil {
			c.Config.ExposedPorts = map[string]struct{}{}
		}
		c.Config.ExposedPorts[p] = struct{}{}
	}
	for _, layer := range image.Layers {
		digest, ok := written[layer]
		if !ok {
			var err error
			if digest, err = fileDigest(layer); err != nil {
				return m, err
			}
			if err := copyLayer(tw, layer, digest); err != nil {
				return m, err
			}
			written[layer] = digest
		}
		m.Layers = append(m.Layers, layerName(digest))
		c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, "sha256:"+digest)
		c.History = append(c.History, history{Created: c.Created, CreatedBy: "hookcheck"})
	}
	data, err := json.Marshal(c)
	if err != nil {
		return m, err
	}
	sum := sha256.Sum256(data)
	m.Config = hex.EncodeToString(sum[:]) + ".json"
	return m, writeFile(tw, m.Config, data)
}

func layerName(digest string) string { return path.Join(digest, "layer.tar") }

func copyLayer(tw *tar.Writer, file, digest string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: layerName(digest), Mode: 0o644, Size: info.Size(), ModTime: epoch}); err != nil {
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
