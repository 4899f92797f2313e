package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/xdg"
)

const (
	proxyName   = "hookcheck-cri"
	proxyUnit   = "/etc/systemd/system/" + proxyName + ".service"
	proxySocket = "/run/hookcheck/cri.sock"
	proxyCalls  = nodeDir + "/calls.json"
)

// unit starts the proxy with the node, before the kubelet that speaks to it.
const unit = `[Unit]
Description=Proxy between kubelet and containerd, for mutants
After=containerd.service
Before=kubelet.service

[Service]
ExecStart=` + binDir + `/criproxy -listen ` + proxySocket + ` -runtime ` + containerdSocket + ` -calls ` + proxyCalls + `
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`

// proxy is the service between kubelet and containerd.
func (l *Lab) proxy(ctx context.Context, o Options) (service, error) {
	binary, err := buildProxy(ctx)
	if err != nil {
		return service{}, err
	}
	p, err := l.node.program(ctx, "criproxy", map[string]string{"criproxy": binary})
	if err != nil {
		return service{}, err
	}
	calls, err := json.Marshal(only(o.Definitions, mutant.CRI))
	if err != nil {
		return service{}, err
	}
	return service{
		name: proxyName, digest: digestAll(p.digest, string(calls), unit), works: l.socketWorks(proxySocket),
		files: func(ctx context.Context) error {
			return inOrder(
				func() error { return l.node.put(ctx, p) },
				func() error { return l.node.write(ctx, proxyCalls, string(calls), 0o644) },
				func() error { return l.node.write(ctx, proxyUnit, unit, 0o644) },
				func() error { _, err := l.node.sh(ctx, "systemctl enable --quiet "+proxyName); return err })
		},
	}, nil
}

const proxyPackage = "github.com/hookcheck/hookcheck/hack/internal/mutant/cri/criproxy"

// buildProxy compiles the proxy; it has to run within the module. The program stays where it is, so that the go
// command does not link again what is up to date.
func buildProxy(ctx context.Context) (string, error) {
	cache, err := xdg.CacheDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, "mutants", "criproxy")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	_, err = command.Run(ctx, command.Cmd{
		Args: []string{"go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, proxyPackage},
		Env:  []string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=" + runtime.GOARCH, "GOFLAGS="},
	})
	if err != nil {
		return "", fmt.Errorf("build it: %w", err)
	}
	return path, nil
}
