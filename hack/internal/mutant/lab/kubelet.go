package lab

import (
	"context"
	"fmt"
	"regexp"

	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

// kubeadm's places.
const (
	kubeletProgram = "/usr/bin/kubelet"
	kubeletConfig  = "/var/lib/kubelet/config.yaml"
	kubeletFlags   = "/var/lib/kubelet/kubeadm-flags.env"
)

// kubelet is the service that speaks to the proxy, with its own mutants.
func (l *Lab) kubelet(ctx context.Context, o Options) (service, error) {
	texts := map[string]string{} // by path
	for path, edit := range map[string]func([]byte) ([]byte, error){kubeletConfig: withEndpoint, kubeletFlags: withoutEndpoint} {
		stock, err := l.node.keep(ctx, path)
		if err != nil {
			return service{}, err
		}
		text, err := l.node.read(ctx, stock)
		if err == nil {
			text, err = edit(text)
		}
		if err != nil {
			return service{}, fmt.Errorf("%s: %w", path, err)
		}
		texts[path] = string(text)
	}
	p, err := l.node.program(ctx, string(mutant.Kubelet), o.Binaries)
	if err != nil {
		return service{}, err
	}
	return service{
		name: "kubelet", digest: digestAll(p.digest, texts[kubeletConfig], texts[kubeletFlags]), works: l.kubeletWorks,
		files: func(ctx context.Context) error {
			return inOrder(
				func() error { return l.node.supplant(ctx, kubeletProgram, p) },
				func() error { return l.node.write(ctx, kubeletConfig, texts[kubeletConfig], 0o644) },
				func() error { return l.node.write(ctx, kubeletFlags, texts[kubeletFlags], 0o644) })
		},
	}, nil
}

// withEndpoint lets a kubelet's configuration name the proxy as its runtime.
func withEndpoint(config []byte) ([]byte, error) {
	var fields map[string]any
	if err := yaml.Unmarshal(config, &fields); err != nil {
		return nil, err
	}
	if fields["kind"] != "KubeletConfiguration" {
		return nil, fmt.Errorf("its kind is %v, not KubeletConfiguration", fields["kind"])
	}
	fields["containerRuntimeEndpoint"] = "unix://" + proxySocket
	delete(fields, "imageServiceEndpoint") // it is the runtime's then
	return yaml.Marshal(fields)
}

var endpointFlag = regexp.MustCompile(`\s*--(container-runtime|image-service)-endpoint[= ][^\s"']+`)

// withoutEndpoint takes the flags away that would overrule the configuration.
func withoutEndpoint(flags []byte) ([]byte, error) { return endpointFlag.ReplaceAll(flags, nil), nil }
