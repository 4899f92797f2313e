package peer

import (
	"context"
	_ "embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing/fstest"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/gobuild"
	"github.com/hookcheck/hookcheck/hack/internal/nodeimage"
)

const module = "k8s.io/kubernetes"

// namespaces is a file of the suite's own package, by which the names of its namespaces get a prefix. It uses what the
// suite has for such things; nothing in it is changed.
//
//go:embed files/namespaces.go.txt
var namespaces []byte

// prefixVariable is the environment variable with that prefix.
const prefixVariable = "HOOKCHECK_PREFIX"

// Tools are the suite of a version of Kubernetes and what goes with it.
type Tools struct {
	version string
	dir     string // of the binaries
}

// Build returns the tools of a version, built now or before, with the flags of the node image's components.
func Build(ctx context.Context, logf command.Logf, version string) (Tools, error) {
	kubernetes := nodeimage.Kubernetes(version)
	kubernetes.Name = "e2e"
	kubernetes.Binaries = []gobuild.Binary{
		{Name: "kubectl", Package: module + "/cmd/kubectl"}, // by which specs execute commands in pods
		{Name: "agnhost", Package: module + "/test/images/agnhost"},
		// Of the version that the suite is linked with, or it refuses to run in parallel.
		{Name: "ginkgo", Package: "github.com/onsi/ginkgo/v2/ginkgo"},
	}
	spec, err := kubernetes.Spec(ctx)
	if err != nil {
		return Tools{}, err
	}
	spec.Tests = []gobuild.Binary{{Name: "e2e.test", Package: module + "/test/e2e"}}
	spec.Changed = map[string]fs.FS{module: fstest.MapFS{"test/e2e/hookcheck_test.go": {Data: namespaces, Mode: 0o644}}}
	dir, err := gobuild.Build(ctx, logf, spec)
	if err != nil {
		return Tools{}, fmt.Errorf("build the suite of Kubernetes %s: %w", version, err)
	}
	return Tools{version: version, dir: dir}, nil
}

func (t Tools) path(program string) string { return filepath.Join(t.dir, program) }

// Specs lists the full names of all specs of the suite.
func (t Tools) Specs(ctx context.Context) ([]string, error) {
	out, err := command.Output(ctx, t.path("e2e.test"), "--list-tests")
	if err != nil {
		return nil, fmt.Errorf("list the suite's specs: %w", err)
	}
	specs := parseList(out)
	if len(specs) == 0 {
		return nil, fmt.Errorf("list the suite's specs: nothing in its output looks like one:\n%.200s", out)
	}
	return specs, nil
}

// parseList takes the names from what the suite prints: lines of file, line number and name, below a heading.
func parseList(out string) []string {
	var specs []string
	for line := range strings.Lines(out) {
		place, name, found := strings.Cut(strings.TrimSpace(line), ": ")
		if found && strings.Contains(place, ".go:") {
			specs = append(specs, name)
		}
	}
	return specs
}

// images lists the names of all images that the suite may use.
func (t Tools) images(ctx context.Context) ([]string, error) {
	out, err := command.Output(ctx, t.path("e2e.test"), "--list-images")
	if err != nil {
		return nil, fmt.Errorf("list the suite's images: %w", err)
	}
	return strings.Fields(out), nil
}
