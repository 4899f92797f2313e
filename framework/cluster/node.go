package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// providerScheme begins the spec.providerID of a node that kind made:
// kind://docker/<cluster>/<node>
// (sigs.k8s.io/kind/pkg/cluster/internal/kubeadm/config.go).
const providerScheme = "kind://docker/"

// machineIDWithin bounds the first command on a node.
const machineIDWithin = 20 * time.Second

// A Node runs commands on a node of a kind cluster of this machine's engine.
type Node struct{ node nodes.Node }

// FindNode finds the container that a node is, whoever made its cluster and
// however it was named. Where there is none, the reason says what to do. A
// container of the same name is not enough: it must have the machine-id that
// the kubelet reports, since a cluster of another machine may have the names
// of one here.
func FindNode(ctx context.Context, node *corev1.Node) (_ *Node, reason string) {
	k := NewKind("")
	return findNode(ctx, node, k.engine, func(cluster string) ([]nodes.Node, error) {
		return k.provider().ListInternalNodes(cluster)
	})
}

func findNode(ctx context.Context, node *corev1.Node, e engine, list func(cluster string) ([]nodes.Node, error)) (*Node, string) {
	const way = "use a kind cluster on this machine: `hookcheck run --kind`"
	id := node.Spec.ProviderID
	cluster, name, ok := strings.Cut(strings.TrimPrefix(id, providerScheme), "/")
	switch {
	case id == "":
		return nil, fmt.Sprintf("nothing says what node %s is (it has no spec.providerID, or it cannot be read): %s", node.Name, way)
	case !strings.HasPrefix(id, providerScheme) || !ok:
		return nil, fmt.Sprintf("node %s is no container of kind (its providerID is %s), so no command can be run on it: %s", node.Name, id, way)
	}
	if _, err := e.run(ctx, nil, "version", "--format", "{{.Server.Version}}"); err != nil {
		return nil, explainEngine(fmt.Sprintf("look for node %s of kind cluster %q", name, cluster), err).Error()
	}
	all, err := list(cluster)
	if err != nil {
		return nil, fmt.Sprintf("the nodes of kind cluster %q cannot be listed: %v", cluster, err)
	}
	for _, candidate := range all {
		if candidate.String() != name {
			continue
		}
		n := &Node{node: candidate}
		ctx, cancel := context.WithTimeout(ctx, machineIDWithin)
		defer cancel()
		out, stderr, code, err := n.Run(ctx, "", "cat", "/etc/machine-id")
		switch {
		case err != nil || code != 0:
			return nil, fmt.Sprintf("no command can be run in container %s (exit code %d, %v): %s", name, code, err, stderr)
		case strings.TrimSpace(out) != node.Status.NodeInfo.MachineID:
			return nil, fmt.Sprintf("container %s of this machine is another machine than node %s: the cluster is elsewhere; %s", name, node.Name, way)
		}
		return n, ""
	}
	return nil, fmt.Sprintf("this machine's engine has no container %s of kind cluster %q: run hookcheck where the cluster is, or %s", name, cluster, way)
}

// Run runs a command on the node as root, with stdin unless it is empty. It
// returns what the command wrote and its exit code; an error only where it
// could not be run.
func (n *Node) Run(ctx context.Context, stdin string, command ...string) (stdout, stderr string, code int, err error) {
	var out, errOut bytes.Buffer
	cmd := n.node.CommandContext(ctx, command[0], command[1:]...).SetStdout(&out).SetStderr(&errOut)
	if stdin != "" {
		cmd = cmd.SetStdin(strings.NewReader(stdin))
	}
	err = cmd.Run()
	var failed *kindexec.RunError
	if errors.As(err, &failed) { // it has no Unwrap
		err = failed.Inner
	}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return out.String(), errOut.String(), 0, fmt.Errorf("run %q on node %s: %w", command[0], n.node, context.Cause(ctx))
	case errors.As(err, &exit):
		return out.String(), errOut.String(), exit.ExitCode(), nil
	case err != nil:
		return out.String(), errOut.String(), 0, fmt.Errorf("run %q on node %s: %w", command[0], n.node, err)
	}
	return out.String(), errOut.String(), 0, nil
}

// String names the node.
func (n *Node) String() string { return n.node.String() }
