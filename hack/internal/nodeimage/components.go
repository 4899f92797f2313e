package nodeimage

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"

	"golang.org/x/mod/semver"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/gobuild"
	"github.com/hookcheck/hookcheck/hack/internal/progs"
)

// The versions of everything but Kubernetes. kind's files are of the version in go.mod, so that the node and the
// library that starts it agree.
const (
	kindVersion       = "v0.33.0"
	containerdVersion = "v2.3.4" // what kind v0.33.0 has in its base image
	etcdVersion       = "v3.6.16"
	cniVersion        = "v1.9.1"
	corednsVersion    = "v1.14.7"
	gojqVersion       = "v0.12.17"
)

// Component is a Go module of which some main packages become programs of the node.
type Component struct {
	Name, Module, Version string
	Binaries              []gobuild.Binary
	Tags                  string
	LDFlags               []string
	// main, the text of a main package that imports the module, is that package, called ".", instead.
	main []byte
}

// Kubernetes is Kubernetes itself, as its own build stamps it.
func Kubernetes(version string) Component {
	const stamp = "k8s.io/component-base/version."
	number := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	c := Component{
		Name: "kubernetes", Module: "k8s.io/kubernetes", Version: version,
		LDFlags: []string{
			"-X " + stamp + "gitVersion=" + version, "-X " + stamp + "gitMajor=" + number[0], "-X " + stamp + "gitMinor=" + number[1],
			// The commit is not in the module; "archive" is what Kubernetes says of a tree without git.
			"-X " + stamp + "gitTreeState=archive",
		},
	}
	// The kubelet first: it takes longest, and what the others share is then compiled.
	for _, name := range []string{"kubelet", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubeadm", "kubectl"} {
		c.Binaries = append(c.Binaries, gobuild.Binary{Name: name, Package: c.Module + "/cmd/" + name})
	}
	return c
}

// Containerd is the runtime of the node, as kind builds it.
func Containerd() Component {
	c := Component{
		Name: "containerd", Module: "github.com/containerd/containerd/v2", Version: containerdVersion,
		Tags:    "no_aufs,no_btrfs,no_devmapper,no_zfs",
		LDFlags: []string{"-X github.com/containerd/containerd/v2/version.Version=" + containerdVersion},
	}
	for _, name := range []string{"containerd", "containerd-shim-runc-v2", "ctr"} {
		c.Binaries = append(c.Binaries, gobuild.Binary{Name: name, Package: c.Module + "/cmd/" + name})
	}
	return c
}

func etcd() Component {
	const module = "go.etcd.io/etcd/server/v3"
	return Component{Name: "etcd", Module: module, Version: etcdVersion, Binaries: []gobuild.Binary{{Name: "etcd", Package: module}}}
}

func cniPlugins() Component {
	c := Component{Name: "cni-plugins", Module: "github.com/containernetworking/plugins", Version: cniVersion}
	for _, plugin := range []string{"ipam/host-local", "main/bridge", "main/loopback", "main/ptp", "meta/portmap"} {
		c.Binaries = append(c.Binaries, gobuild.Binary{Name: filepath.Base(plugin), Package: c.Module + "/plugins/" + plugin})
	}
	return c
}

// gojq runs the script by which kind gives every container of a node the same product name, once for each of them.
// Debian 12's jq 1.6 takes 27 ms to begin, this one 3.
func gojq() Component {
	const module = "github.com/itchyny/gojq"
	return Component{Name: "gojq", Module: module, Version: gojqVersion, Binaries: []gobuild.Binary{{Name: "gojq", Package: module + "/cmd/gojq"}}}
}

func coredns() (Component, error) {
	main, err := files.ReadFile("files/coredns.go.txt")
	return Component{
		Name: "coredns", Module: "github.com/coredns/coredns", Version: corednsVersion, main: main,
		Binaries: []gobuild.Binary{{Name: "coredns", Package: "."}},
	}, err
}

// build returns the directory that holds the component's binaries.
func (c Component) build(ctx context.Context, logf command.Logf) (string, error) {
	spec, err := c.Spec(ctx)
	if err != nil {
		return "", err
	}
	return gobuild.Build(ctx, logf, spec)
}

// Spec says how the component is built.
func (c Component) Spec(ctx context.Context) (gobuild.Spec, error) {
	goMod, err := c.GoMod(ctx)
	if err != nil {
		return gobuild.Spec{}, err
	}
	source, err := gobuild.FromModule(c.Module, c.Version, goMod)
	if err != nil {
		return gobuild.Spec{}, err
	}
	if c.main != nil {
		source, err = withMain(source, c.main)
		if err != nil {
			return gobuild.Spec{}, err
		}
	}
	return gobuild.Spec{
		Name: c.Name + "-" + c.Version, Source: source, Get: c.Module + "@" + c.Version,
		Binaries: c.Binaries, Tags: c.Tags, LDFlags: c.LDFlags,
	}, nil
}

// GoMod is the content of the module's own go.mod.
func (c Component) GoMod(ctx context.Context) ([]byte, error) {
	got, err := gobuild.Download(ctx, c.Module, c.Version)
	if err != nil {
		return nil, err
	}
	goMod, err := os.ReadFile(got.GoMod)
	if err != nil {
		return nil, fmt.Errorf("read the go.mod of %s: %w", c.Module, err)
	}
	return goMod, nil
}

// withMain is a module that has nothing but a go.mod, with a main package added.
func withMain(source fs.FS, main []byte) (fs.FS, error) {
	goMod, err := fs.ReadFile(source, "go.mod")
	if err != nil {
		return nil, err
	}
	return fstest.MapFS{"go.mod": {Data: goMod, Mode: 0o644}, "main.go": {Data: main, Mode: 0o644}}, nil
}

// parts are the directories and files from which the image is put together.
type parts struct {
	kubernetes, containerd, etcd, cni string // directories of binaries
	coredns, gojq                     string // the same
	pause, crunfix, iptables, podnet  string // binaries
	kind                              string // directory of kind's files for the root of a node
	rootfs                            string // directory made by package debimage
}

// buildGo builds everything that comes from Go modules, one after the other: each build uses all cores.
func buildGo(ctx context.Context, logf command.Logf, version string, p *parts) error {
	kind, err := gobuild.Download(ctx, "sigs.k8s.io/kind", kindVersion)
	if err != nil {
		return err
	}
	p.kind = filepath.Join(kind.Dir, "images", "base", "files")
	dns, err := coredns()
	if err != nil {
		return err
	}
	for _, c := range []struct {
		Component
		dir *string
	}{{Kubernetes(version), &p.kubernetes}, {Containerd(), &p.containerd}, {etcd(), &p.etcd}, {cniPlugins(), &p.cni}, {dns, &p.coredns}, {gojq(), &p.gojq}} {
		if *c.dir, err = c.build(ctx, logf); err != nil {
			return err
		}
	}
	for name, path := range map[string]*string{"pause": &p.pause, "crunfix": &p.crunfix, "iptables": &p.iptables, "podnet": &p.podnet} {
		if *path, err = progs.Build(ctx, logf, name); err != nil {
			return err
		}
	}
	return nil
}

// ParseVersion checks a Kubernetes version and returns it with its leading v.
func ParseVersion(s string) (string, error) {
	v := "v" + strings.TrimPrefix(strings.TrimSpace(s), "v")
	if !semver.IsValid(v) || semver.Canonical(v) != v {
		return "", fmt.Errorf("%q is not a complete Kubernetes version; write it like v1.36.4", s)
	}
	return v, nil
}
