// Package progs builds the small programs that run inside containers or between the engine and its runtime.
//
// They cannot be part of a larger binary: each starts with every container or every call of a runtime, so it
// must be small, and it must be static because it runs in images that hold nothing else. They use the standard
// library only; their source is embedded here and compiled on first use, so that whatever imports this package
// needs no particular working directory.
//
//	pause     the process that holds the namespaces of a pod
//	probe     what the engine's probe runs in a privileged container
//	ocirunc   an OCI runtime: runc, for machines that lack a capability
//	crunfix   an OCI runtime: crun 1.8, made to accept bundles of newer engines
//	iptables  iptables, by the kernel tables that the kubelet of the node uses
//	podnet    the pod network of a node
package progs

import (
	"context"
	"embed"
	"fmt"
	"path/filepath"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/gobuild"
)

// module is this module's path, which the imports among the programs begin with.
const module = "github.com/hookcheck/hookcheck"

//go:embed ociedit ocirunc crunfix pause probe iptables podnet
var source embed.FS

// Build returns the path of the named program's binary, built now or before.
func Build(ctx context.Context, logf command.Logf, name string) (string, error) {
	tree, err := sourceTree(name)
	if err != nil {
		return "", fmt.Errorf("read the embedded source of %s: %w", name, err)
	}
	dir, err := gobuild.Build(ctx, logf, gobuild.Spec{
		Name:     name,
		Source:   tree,
		Binaries: []gobuild.Binary{{Name: name, Package: module + "/hack/internal/progs/" + name}},
	})
	if err != nil {
		return "", fmt.Errorf("build the program %s: %w", name, err)
	}
	return filepath.Join(dir, name), nil
}
