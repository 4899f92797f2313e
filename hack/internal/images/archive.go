package images

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Repository is the image's name without its tag. Nothing is ever pushed there: nodes get the archive.
const Repository = "hookcheck.dev/agent"

// tagLength is how many hex digits of the digest make the tag: 48 bits, as in git's short names and more.
const tagLength = 12

// Archive is a named image, ready to be written.
type Archive struct {
	// Ref is the name, hookcheck.dev/agent:<first digits of the digest>.
	Ref    string
	images []v1.Image
	index  v1.ImageIndex // of all images, also of a single one
}

// NewArchive names images, one for each architecture. A single one is named by its manifest's digest, several by that of
// the index that lists them.
func NewArchive(images ...v1.Image) (*Archive, error) {
	if len(images) == 0 {
		return nil, errors.New("an archive needs an image")
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, image := range images {
		config, err := image.ConfigFile()
		if err != nil {
			return nil, fmt.Errorf("reading the image's configuration: %w", err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: config.OS, Architecture: config.Architecture},
		}})
	}
	var named interface{ Digest() (v1.Hash, error) } = index
	if len(images) == 1 {
		named = images[0]
	}
	digest, err := named.Digest()
	if err != nil {
		return nil, fmt.Errorf("taking the digest: %w", err)
	}
	return &Archive{Ref: Repository + ":" + digest.Hex[:tagLength], images: images, index: index}, nil
}

// Write writes the archive.
func (a *Archive) Write(out io.Writer) error {
	w := &archiveWriter{tar: tar.NewWriter(out), written: map[string]bool{}}
	w.file("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	var named v1.Descriptor
	for _, image := range a.images {
		named = w.image(image)
	}
	if len(a.images) > 1 {
		named = w.indexBlob(a.index)
	}
	// The first is containerd's and docker's annotation for the whole name, the second that of the OCI specification.
	named.Annotations = map[string]string{"io.containerd.image.name": a.Ref, "org.opencontainers.image.ref.name": a.Ref}
	w.json("index.json", v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{named}})
	if len(a.images) == 1 {
		w.dockerManifest(a.images[0], a.Ref)
	}
	if w.err != nil {
		return fmt.Errorf("writing the archive of %s: %w", a.Ref, w.err)
	}
	return w.tar.Close()
}

// archiveWriter writes the parts; the first error stays and stops the rest.
type archiveWriter struct {
	tar     *tar.Writer
	written map[string]bool
	err     error
}

func (w *archiveWriter) file(name string, content []byte) {
	if w.err != nil || w.written[name] {
		return
	}
	w.written[name] = true
	w.err = w.tar.WriteHeader(&tar.Header{
		Name: name, Mode: 0o644, Size: int64(len(content)), ModTime: epoch, Format: tar.FormatUSTAR, Typeflag: tar.TypeReg,
	})
	if w.err == nil {
		_, w.err = w.tar.Write(content)
	}
}

func (w *archiveWriter) json(name string, value any) {
	text, err := json.Marshal(value)
	w.err = errors.Join(w.err, err)
	w.file(name, text)
}

func blobName(h v1.Hash) string { return "blobs/" + h.Algorithm + "/" + h.Hex }

// image writes manifest, configuration and layers, and returns the manifest's descriptor.
func (w *archiveWriter) image(image v1.Image) v1.Descriptor {
	manifest, err := image.RawManifest()
	w.err = errors.Join(w.err, err)
	config, err := image.RawConfigFile()
	w.err = errors.Join(w.err, err)
	configName, err := image.ConfigName()
	w.err = errors.Join(w.err, err)
	d, err := partial.Descriptor(image)
	w.err = errors.Join(w.err, err)
	layers, err := image.Layers()
	w.err = errors.Join(w.err, err)
	if w.err != nil {
		return v1.Descriptor{}
	}
	for _, layer := range layers {
		w.layer(layer)
	}
	w.file(blobName(configName), config)
	w.file(blobName(d.Digest), manifest)
	if file, err := image.ConfigFile(); err == nil {
		d.Platform = &v1.Platform{OS: file.OS, Architecture: file.Architecture}
	}
	return *d
}

func (w *archiveWriter) layer(layer v1.Layer) {
	digest, err := layer.Digest()
	if err != nil {
		w.err = errors.Join(w.err, err)
		return
	}
	r, err := layer.Compressed()
	if err != nil {
		w.err = errors.Join(w.err, err)
		return
	}
	defer func() { _ = r.Close() }()
	var content bytes.Buffer
	_, err = io.Copy(&content, r)
	w.err = errors.Join(w.err, err)
	w.file(blobName(digest), content.Bytes())
}

func (w *archiveWriter) indexBlob(index v1.ImageIndex) v1.Descriptor {
	manifest, err := index.RawManifest()
	w.err = errors.Join(w.err, err)
	d, err := partial.Descriptor(index)
	w.err = errors.Join(w.err, err)
	if w.err != nil {
		return v1.Descriptor{}
	}
	w.file(blobName(d.Digest), manifest)
	return *d
}

// dockerManifest writes what docker save of every age has, for engines that do not read OCI layouts.
func (w *archiveWriter) dockerManifest(image v1.Image, ref string) {
	manifest, err := image.Manifest()
	if err != nil {
		w.err = errors.Join(w.err, err)
		return
	}
	var layers []string
	for _, l := range manifest.Layers {
		layers = append(layers, blobName(l.Digest))
	}
	w.json("manifest.json", []map[string]any{{
		"Config": blobName(manifest.Config.Digest), "RepoTags": []string{ref}, "Layers": layers,
	}})
}
