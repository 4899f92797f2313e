package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/gobuild"
	"github.com/hookcheck/hookcheck/hack/internal/xdg"
)

const module = "k8s.io/kubernetes"

// build returns the path of a kubelet with the definition's change. The copy of
// the module stays in one place, so that Go's build cache serves the next mutant:
// only the changed package and what links it are compiled again.
func build(ctx context.Context, d definition, version string) (string, error) {
	start := time.Now()
	got, err := gobuild.Download(ctx, module, version)
	if err != nil {
		return "", err
	}
	cache, err := xdg.CacheDir()
	if err != nil {
		return "", err
	}
	work := filepath.Join(cache, "mutants", version)
	tree := filepath.Join(work, "kubernetes")
	if err := os.RemoveAll(work); err != nil {
		return "", err
	}
	if err := os.MkdirAll(work, 0o755); err != nil {
		return "", err
	}
	// The module cache is read-only; the copy must not be.
	if _, err := command.Run(ctx, command.Cmd{Args: []string{"cp", "-R", "--no-preserve=mode", got.Dir, tree}}); err != nil {
		return "", err
	}
	if err := d.apply(tree); err != nil {
		return "", err
	}
	goMod, err := os.ReadFile(got.GoMod)
	if err != nil {
		return "", err
	}
	source, err := gobuild.FromModule(module, version, goMod)
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(work, source); err != nil {
		return "", err
	}
	kubelet := filepath.Join(work, "kubelet")
	const stamp = "k8s.io/component-base/version."
	for _, args := range [][]string{
		{"go", "get", module + "@" + version},
		{"go", "mod", "edit", "-replace=" + module + "=./kubernetes"},
		{"go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -X " + stamp + "gitVersion=" + version, "-o", kubelet, module + "/cmd/kubelet"},
	} {
		if _, err := command.Run(ctx, command.Cmd{Args: args, Dir: work, Env: gobuild.Environ()}); err != nil {
			return "", fmt.Errorf("build the kubelet of mutant %s: %w", d.ID, err)
		}
	}
	fmt.Printf("kubelet of mutant %s built in %s\n", d.ID, time.Since(start).Round(time.Second))
	return kubelet, nil
}
