package nodeimage

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/hack/internal/imagetar"
)

// tree writes files below a new directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const kindConfig = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\n  sandbox_image = \"registry.k8s.io/pause:3.10\"\n"

func TestNodeLayer(t *testing.T) {
	p := parts{
		kind: tree(t, map[string]string{
			"etc/containerd/config.toml": kindConfig, "usr/local/bin/entrypoint": "#!/bin/bash\n", "kind/bin/hook.sh": "", "kind/README.txt": "",
		}),
		containerd: tree(t, map[string]string{"ctr": "#!/bin/sh\necho '{\"process\":{\"rlimits\":[],\"args\":[\"sh\"]}}'\n"}),
	}
	layer, err := nodeLayer(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]fs.FileMode{"usr/local/bin/entrypoint": 0o755, "kind/bin/hook.sh": 0o755, "kind/README.txt": 0o644} {
		if got := layer[name].Mode; got != mode {
			t.Errorf("%s has mode %v, want %v", name, got, mode)
		}
	}
	config := string(layer["etc/containerd/config.toml"].Data)
	if !strings.HasPrefix(config, kindConfig) || !strings.Contains(config, "containerd.runtimes.crun.options]") {
		t.Errorf("containerd's configuration is not kind's with crun added:\n%s", config)
	}
	spec := string(layer["etc/containerd/cri-base.json"].Data)
	if strings.Contains(spec, "rlimits") || !strings.Contains(spec, "mount-product-files.sh") {
		t.Errorf("container specification:\n%s", spec)
	}
	if link := layer["etc/systemd/system/multi-user.target.wants/hookcheck-podnet.service"].Link; link == "" {
		t.Error("the network service is not enabled")
	}
	if err := (imagetar.Layer{"a": layer["etc/systemd/system/hookcheck-podnet.service"]}).WriteFile(filepath.Join(t.TempDir(), "l")); err != nil {
		t.Error(err)
	}
}

func TestControlPlane(t *testing.T) {
	const list = `registry.k8s.io/kube-apiserver:v1.36.4
registry.k8s.io/kube-proxy:v1.36.4
registry.k8s.io/coredns/coredns:v1.14.2
registry.k8s.io/pause:3.10.2
registry.k8s.io/etcd:3.6.8-0
`
	bin := tree(t, map[string]string{
		"kubeadm": "#!/bin/sh\ncat <<.\n" + list + ".\n", "kube-apiserver": "a", "kube-proxy": "p", "etcd": "e", "pause": "z", "iptables": "i", "coredns": "c",
	})
	p := parts{
		kubernetes: bin, etcd: bin, coredns: bin, pause: filepath.Join(bin, "pause"), iptables: filepath.Join(bin, "iptables"),
		kind: tree(t, map[string]string{"etc/containerd/config.toml": kindConfig}), rootfs: "/rootfs",
	}
	images, err := controlPlane(t.Context(), p, "v1.36.4", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, image := range images {
		tags = append(tags, image.Tags...)
		if strings.Contains(image.Tags[0], "kube-proxy") && !slices.Contains(image.Layers, filepath.Join("/rootfs", proxyLayer)) {
			t.Errorf("kube-proxy has no iptables: layers %v", image.Layers)
		}
	}
	want := []string{
		"registry.k8s.io/kube-apiserver:v1.36.4", "registry.k8s.io/kube-proxy:v1.36.4", "registry.k8s.io/coredns/coredns:v1.14.2",
		"registry.k8s.io/pause:3.10.2", "registry.k8s.io/pause:3.10", "registry.k8s.io/etcd:3.6.8-0",
	}
	if !slices.Equal(tags, want) {
		t.Errorf("images %v, want %v", tags, want)
	}
}

func TestSandboxImageMissing(t *testing.T) {
	_, err := sandboxImage(tree(t, map[string]string{"etc/containerd/config.toml": "version = 3\n"}))
	if err == nil || !strings.Contains(err.Error(), "names no sandbox_image") {
		t.Errorf("error %v", err)
	}
}

func TestComponentsNameEveryBinary(t *testing.T) {
	want := map[string][]string{
		"kubernetes":  {"kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubeadm", "kubectl", "kubelet"},
		"containerd":  {"containerd", "containerd-shim-runc-v2", "ctr"},
		"etcd":        {"etcd"},
		"cni-plugins": {"bridge", "host-local", "loopback", "portmap", "ptp"},
	}
	for _, c := range []Component{Kubernetes("v1.36.4"), Containerd(), etcd(), cniPlugins()} {
		var got []string
		for _, b := range c.Binaries {
			got = append(got, b.Name)
			if !strings.HasPrefix(b.Package, c.Module) {
				t.Errorf("%s is built from %s, outside %s", b.Name, b.Package, c.Module)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want[c.Name]) {
			t.Errorf("%s: %v, want %v", c.Name, got, want[c.Name])
		}
	}
	stamp := strings.Join(Kubernetes("v1.37.0-rc.1").LDFlags, " ")
	for _, want := range []string{".gitVersion=v1.37.0-rc.1", ".gitMajor=1", ".gitMinor=37"} {
		if !strings.Contains(stamp, want) {
			t.Errorf("stamp %q lacks %q", stamp, want)
		}
	}
}

func TestPipe(t *testing.T) {
	endless := func(w io.Writer) error {
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return err
			}
		}
	}
	for name, tc := range map[string]struct {
		script string
		write  func(io.Writer) error
		err    string
	}{
		"all is read":         {"cat >/dev/null", func(w io.Writer) error { _, err := w.Write([]byte("x")); return err }, ""},
		"the program fails":   {"echo reason >&2; exit 1", endless, "reason"},
		"it has had enough":   {"head -c 10 >/dev/null", endless, ""},
		"the writer fails":    {"cat >/dev/null", func(io.Writer) error { return errors.New("disk gone") }, "disk gone"},
		"fails after reading": {"cat >/dev/null; echo late >&2; exit 1", func(io.Writer) error { return nil }, "late"},
	} {
		t.Run(name, func(t *testing.T) {
			err := pipe(t.Context(), []string{"sh", "-c", tc.script}, tc.write)
			if (tc.err != "") != (err != nil) || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want one with %q", err, tc.err)
			}
		})
	}
}
