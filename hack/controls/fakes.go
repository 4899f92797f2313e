package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/gobuild"
)

const (
	kwokVersion           = "v0.8.0"
	virtualKubeletVersion = "v1.12.0"
)

// A fake is a program that claims to be a node, or the controller of one.
type fake struct {
	name, what string
	// version of the module; empty: that of Kubernetes.
	module, version, pkg string
	ldflags              []string
	// command returns arguments and environment, with the files they name written to the site's directory.
	command func(ctx context.Context, s site) (args, env []string, err error)
	// creates says that the node's object is made by us, with these annotations.
	creates map[string]string
	// inNode says that the program runs inside the node of the kind cluster, whose images it knows.
	inNode bool
}

var fakes = []fake{
	{
		name: "kwok", what: "KWOK " + kwokVersion + ", its stages for nodes and, for pods, the general ones",
		module: "sigs.k8s.io/kwok", version: kwokVersion, pkg: "cmd/kwok", command: kwok,
		creates: map[string]string{"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"},
	},
	{
		name: "hollow", what: "the hollow kubelet of kubemark: the kubelet's code over a CRI that does nothing",
		module: "k8s.io/kubernetes", pkg: "cmd/kubemark", command: hollow, inNode: true,
	},
	{
		name: "virtual-kubelet", what: "virtual-kubelet " + virtualKubeletVersion + " with its mock provider",
		module: "github.com/virtual-kubelet/virtual-kubelet", version: virtualKubeletVersion, pkg: "cmd/virtual-kubelet",
		ldflags: []string{"-X main.buildVersion=" + virtualKubeletVersion}, command: virtualKubelet,
	},
}

// build returns the path of the fake's program.
func (f fake) build(ctx context.Context, s site) (string, error) {
	version := f.version
	if version == "" {
		version = s.kubernetes
	}
	got, err := gobuild.Download(ctx, f.module, version)
	if err != nil {
		return "", err
	}
	goMod, err := os.ReadFile(got.GoMod)
	if err != nil {
		return "", err
	}
	source, err := gobuild.FromModule(f.module, version, goMod)
	if err != nil {
		return "", err
	}
	if f.version == "" {
		f.ldflags = append(f.ldflags, "-X k8s.io/component-base/version.gitVersion="+version)
	}
	dir, err := gobuild.Build(ctx, s.logf, gobuild.Spec{Name: f.name + "-" + version, Source: source, Get: f.module + "@" + version,
		Binaries: []gobuild.Binary{{Name: f.name, Package: f.module + "/" + f.pkg}}, LDFlags: f.ldflags})
	return filepath.Join(dir, f.name), err
}

func kwok(ctx context.Context, s site) (args, env []string, err error) {
	got, err := gobuild.Download(ctx, "sigs.k8s.io/kwok", kwokVersion)
	if err != nil {
		return nil, nil, err
	}
	var stages [][]byte
	for _, pattern := range []string{"node/fast/node-*.yaml", "node/heartbeat-with-lease/node-*.yaml", "pod/general/pod-*.yaml"} {
		files, err := filepath.Glob(filepath.Join(got.Dir, "kustomize", "stage", pattern))
		if err != nil || len(files) == 0 {
			return nil, nil, fmt.Errorf("kwok %s has no stages %s (%v)", kwokVersion, pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, nil, err
			}
			stages = append(stages, data)
		}
	}
	config := s.path("stages.yaml")
	if err := os.WriteFile(config, bytes.Join(stages, []byte("\n---\n")), 0o644); err != nil {
		return nil, nil, err
	}
	return []string{"--kubeconfig", s.kubeconfig, "--config", config, "--manage-single-node", s.node, "--cidr", "10.99.0.1/16",
		"--node-lease-duration-seconds", "40"}, nil, nil
}

// hollow asks the node's containerd for images: those that it makes up have no user, and a kubelet refuses them where a
// pod asks for runAsNonRoot.
func hollow(_ context.Context, s site) (args, env []string, err error) {
	return []string{"--morph=kubelet", "--name", s.node, "--kubeconfig", "/etc/kubernetes/admin.conf", "--use-host-image-service=true",
		"--cert-dir", s.place() + "/pki", "--kubelet-port=0", "--kubelet-read-only-port=0"}, nil, nil
}

func virtualKubelet(ctx context.Context, s site) (args, env []string, err error) {
	config, cert, key := s.path("mock.json"), s.path("tls.crt"), s.path("tls.key")
	if err := os.WriteFile(config, []byte(fmt.Sprintf(`{%q: {"cpu": "100", "memory": "100Gi", "pods": "1000"}}`, s.node)), 0o644); err != nil {
		return nil, nil, err
	}
	if _, err := command.Run(ctx, command.Cmd{Args: []string{"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
		"-subj", "/CN=" + s.node, "-keyout", key, "-out", cert}}); err != nil {
		return nil, nil, fmt.Errorf("make a certificate for the virtual kubelet: %w", err)
	}
	return []string{"--provider", "mock", "--provider-config", config, "--nodename", s.node, "--kubeconfig", s.kubeconfig, "--disable-taint"},
		[]string{"APISERVER_CERT_LOCATION=" + cert, "APISERVER_KEY_LOCATION=" + key, "KUBELET_PORT=0", "VKUBELET_POD_IP=127.0.0.1"}, nil
}
