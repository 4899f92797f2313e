package nodeimage

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/imagetar"
)

//go:embed files
var files embed.FS

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func fileOf(data []byte) imagetar.File { return imagetar.File{Data: data, Mode: 0o644} }

func program(path string) imagetar.File { return imagetar.File{From: path, Mode: 0o755} }

// nodeLayer is what lies on the root file system whatever the version of Kubernetes: kind's files, containerd, the
// CNI plugins, the second runtime, and how they are configured.
func nodeLayer(ctx context.Context, p parts) (imagetar.Layer, error) {
	layer := imagetar.Layer{}
	if err := addKind(layer, p.kind); err != nil {
		return nil, fmt.Errorf("take kind's files from %s: %w", p.kind, err)
	}
	for _, name := range []string{"containerd", "containerd-shim-runc-v2", "ctr"} {
		layer["usr/local/bin/"+name] = program(filepath.Join(p.containerd, name))
	}
	for _, b := range cniPlugins().Binaries {
		layer["opt/cni/bin/"+b.Name] = program(filepath.Join(p.cni, b.Name))
	}
	layer["usr/local/sbin/crun"] = program(p.crunfix)
	layer["usr/bin/jq"] = program(filepath.Join(p.gojq, "gojq"))
	layer["usr/local/sbin/hookcheck-podnet"] = program(p.podnet)
	spec, err := baseSpec(ctx, filepath.Join(p.containerd, "ctr"))
	if err != nil {
		return nil, err
	}
	layer["etc/containerd/cri-base.json"] = fileOf(spec)

	const config = "etc/containerd/config.toml"
	crun, err := files.ReadFile("files/containerd-crun.toml")
	if err != nil {
		return nil, err
	}
	kindConfig, err := os.ReadFile(layer[config].From)
	if err != nil {
		return nil, err
	}
	layer[config] = fileOf(append(kindConfig, crun...))
	for name, from := range map[string]string{
		"etc/systemd/system/containerd.service.d/10-hookcheck.conf": "containerd-restrict-oom.conf",
		"etc/systemd/system/hookcheck-podnet.service":               "hookcheck-podnet.service",
		"kind/manifests/default-cni.yaml":                           "default-cni.yaml",
		"kind/manifests/default-storage.yaml":                       "default-storage.yaml",
	} {
		data, err := files.ReadFile("files/" + from)
		if err != nil {
			return nil, err
		}
		layer[name] = fileOf(data)
	}
	// What `systemctl enable` and `systemctl mask` do.
	for _, unit := range []string{"kubelet", "containerd", "undo-mount-hacks", "hookcheck-podnet"} {
		layer["etc/systemd/system/multi-user.target.wants/"+unit+".service"] = imagetar.File{Link: "/etc/systemd/system/" + unit + ".service"}
	}
	layer["etc/systemd/system/systemd-binfmt.service"] = imagetar.File{Link: "/dev/null"}
	return layer, nil
}

// addKind adds the files with which kind makes a node of a root file system.
func addKind(layer imagetar.Layer, dir string) error {
	return fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		mode := fs.FileMode(0o644)
		if parent := path.Dir(name); parent == "usr/local/bin" || parent == "kind/bin" {
			mode = 0o755 // as the Dockerfile of the base image has it; the module cache keeps no modes
		}
		layer[name] = imagetar.File{From: filepath.Join(dir, name), Mode: mode}
		return nil
	})
}

// baseSpec is the specification that containers start from: containerd's own, without resource limits, and with
// kind's hook that gives every container of a node the same product name.
func baseSpec(ctx context.Context, ctr string) ([]byte, error) {
	text, err := command.Output(ctx, ctr, "oci", "spec")
	if err != nil {
		return nil, fmt.Errorf("get containerd's container specification: %w", err)
	}
	var spec map[string]any
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		return nil, fmt.Errorf("read containerd's container specification: %w", err)
	}
	if process, ok := spec["process"].(map[string]any); ok {
		delete(process, "rlimits")
	}
	spec["hooks"] = map[string]any{"createContainer": []any{map[string]any{"path": "/kind/bin/mount-product-files.sh"}}}
	return json.MarshalIndent(spec, "", "  ")
}

// kubernetesLayer is what depends on the version of Kubernetes.
func kubernetesLayer(p parts, version string) imagetar.Layer {
	layer := imagetar.Layer{"kind/version": fileOf([]byte(version))}
	for _, name := range []string{"kubelet", "kubeadm", "kubectl"} {
		layer["usr/bin/"+name] = program(filepath.Join(p.kubernetes, name))
	}
	return layer
}

// controlPlane describes the images that kubeadm of that version runs, by the names that it gives them. Layers are
// written to dir.
func controlPlane(ctx context.Context, p parts, version, dir string) ([]imagetar.Image, error) {
	list, err := command.Output(ctx, filepath.Join(p.kubernetes, "kubeadm"), "config", "images", "list", "--kubernetes-version", version)
	if err != nil {
		return nil, fmt.Errorf("ask kubeadm for its images: %w", err)
	}
	var images []imagetar.Image
	for _, ref := range strings.Fields(list) {
		name, _, _ := strings.Cut(path.Base(ref), ":")
		layer := imagetar.Layer{}
		image := imagetar.Image{Tags: []string{ref}, Env: []string{defaultPath}}
		switch name {
		case "coredns":
			layer["coredns"] = program(filepath.Join(p.coredns, "coredns"))
			image.Entrypoint = []string{"/coredns"}
		case "pause":
			layer["pause"] = program(p.pause)
			image.Entrypoint = []string{"/pause"}
			sandbox, err := sandboxImage(p.kind)
			if err != nil {
				return nil, err
			}
			if sandbox != ref { // kubeadm and kind's configuration of containerd name different versions
				image.Tags = append(image.Tags, sandbox)
			}
		case "etcd":
			layer["usr/local/bin/etcd"] = program(filepath.Join(p.etcd, "etcd"))
			image.Entrypoint = []string{"/usr/local/bin/etcd"}
		case "kube-proxy":
			image.Layers = append(image.Layers, filepath.Join(p.rootfs, proxyLayer))
			layer["usr/local/sbin/iptables-chooser"] = program(p.iptables)
			for _, name := range []string{"iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"} {
				layer["usr/local/sbin/"+name] = imagetar.File{Link: "iptables-chooser"}
			}
			fallthrough
		default:
			layer["usr/local/bin/"+name] = program(filepath.Join(p.kubernetes, name))
			image.Entrypoint = []string{"/usr/local/bin/" + name}
		}
		file := filepath.Join(dir, name+".tar")
		if err := layer.WriteFile(file); err != nil {
			return nil, fmt.Errorf("write the image %s: %w", ref, err)
		}
		image.Layers = append(image.Layers, file)
		images = append(images, image)
	}
	return images, nil
}

// sandboxImage is the pause image that kind's configuration of containerd names.
func sandboxImage(kind string) (string, error) {
	config, err := os.ReadFile(filepath.Join(kind, "etc/containerd/config.toml"))
	if err != nil {
		return "", fmt.Errorf("read kind's configuration of containerd: %w", err)
	}
	match := regexp.MustCompile(`(?m)^\s*sandbox_image\s*=\s*"([^"]+)"`).FindSubmatch(config)
	if match == nil {
		return "", fmt.Errorf("kind's configuration of containerd names no sandbox_image: %s is not the kind that this was written for", kind)
	}
	return string(match[1]), nil
}
