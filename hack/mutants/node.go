package main

import (
	"context"
	"fmt"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

// node is the container of a kind node. Its pods keep running while the kubelet
// is exchanged.
type node struct{ name string }

const (
	kubeletPath = "/usr/bin/kubelet"
	stockPath   = "/usr/bin/kubelet.stock"
)

// swap puts another kubelet into the node and waits until it is healthy.
func (n node) swap(ctx context.Context, kubelet string) error {
	return n.steps(ctx, [][]string{
		{"docker", "exec", n.name, "sh", "-c", "test -e " + stockPath + " || cp -a " + kubeletPath + " " + stockPath},
		{"docker", "exec", n.name, "systemctl", "stop", "kubelet"},
		{"docker", "cp", kubelet, n.name + ":" + kubeletPath},
		{"docker", "exec", n.name, "systemctl", "start", "kubelet"},
	})
}

// restore puts the stock kubelet back.
func (n node) restore(ctx context.Context) error {
	return n.steps(ctx, [][]string{
		{"docker", "exec", n.name, "systemctl", "stop", "kubelet"},
		{"docker", "exec", n.name, "mv", stockPath, kubeletPath},
		{"docker", "exec", n.name, "systemctl", "start", "kubelet"},
	})
}

// healthyWithin bounds the kubelet's start; it takes 2 to 5 s.
const healthyWithin = time.Minute

func (n node) steps(ctx context.Context, steps [][]string) error {
	for _, args := range steps {
		if _, err := command.Run(ctx, command.Cmd{Args: args}); err != nil {
			return fmt.Errorf("exchange the kubelet of %s: %w", n.name, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, healthyWithin)
	defer cancel()
	_, err := command.Run(ctx, command.Cmd{Args: []string{"docker", "exec", n.name, "sh", "-c",
		"until curl -fsS http://127.0.0.1:10248/healthz >/dev/null 2>&1; do sleep 0.2; done"}})
	if err != nil {
		return fmt.Errorf("the kubelet of %s is not healthy after %s: %w", n.name, healthyWithin, err)
	}
	return nil
}
