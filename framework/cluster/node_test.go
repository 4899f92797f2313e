package cluster

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// fakeNode runs a script of this machine in place of every command.
type fakeNode struct {
	nodes.Node
	name, script string
}

func (f fakeNode) String() string { return f.name }

func (f fakeNode) CommandContext(ctx context.Context, name string, args ...string) kindexec.Cmd {
	return (&kindexec.LocalCmder{}).CommandContext(ctx, "sh", append([]string{"-c", f.script, name}, args...)...)
}

func TestFindNode(t *testing.T) {
	up := engine{run: func(context.Context, io.Reader, ...string) ([]byte, error) { return []byte("29.0\n"), nil }}
	down := engine{run: func(_ context.Context, _ io.Reader, args ...string) ([]byte, error) {
		return nil, &commandError{args, "", &exec.Error{Name: "docker", Err: exec.ErrNotFound}}
	}}
	const id = "kind://docker/c/c-control-plane"
	for _, tc := range []struct {
		name, providerID, script string
		engine                   engine
		fails                    error
		want                     string // "" where the node is found
	}{
		{"found", id, "echo 4711", up, nil, ""},
		{"another cloud", "aws:///eu-west-1a/i-1", "echo 4711", up, nil, "is no container of kind (its providerID is aws:///eu-west-1a/i-1)"},
		{"not read", "", "echo 4711", up, nil, "or it cannot be read): use a kind cluster on this machine: `hookcheck run --kind`"},
		{"another engine of kind", "kind://podman/c/c-control-plane", "echo 4711", up, nil, "is no container of kind"},
		{"no cluster in it", "kind://docker/c", "echo 4711", up, nil, "is no container of kind"},
		{"no such container", "kind://docker/c/c-worker", "echo 4711", up, nil, `this machine's engine has no container c-worker of kind cluster "c"`},
		{"the same name elsewhere", id, "echo 4712", up, nil, "another machine than node n"},
		{"stopped", id, "echo no >&2; exit 1", up, nil, "no command can be run in container c-control-plane (exit code 1"},
		{"no docker", id, "echo 4711", down, nil, "there is no docker command in PATH"},
		{"no list", id, "echo 4711", up, errors.New("broken"), "cannot be listed: broken"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			node := &corev1.Node{}
			node.Name, node.Spec.ProviderID, node.Status.NodeInfo.MachineID = "n", tc.providerID, "4711"
			found, reason := findNode(t.Context(), node, tc.engine, func(string) ([]nodes.Node, error) {
				return []nodes.Node{fakeNode{name: "c-control-plane", script: tc.script}}, tc.fails
			})
			if (found == nil) == (tc.want == "") || !strings.Contains(reason, tc.want) {
				t.Errorf("got %v, reason %q", found, reason)
			}
		})
	}
}

func TestNodeRun(t *testing.T) {
	n := &Node{fakeNode{name: "c-worker", script: `read line; echo "$0 $* $line"; echo oops >&2; exit 3`}}
	out, stderr, code, err := n.Run(t.Context(), "input\n", "systemctl", "restart")
	if out != "systemctl restart input\n" || stderr != "oops\n" || code != 3 || err != nil {
		t.Errorf("got %q, %q, %d, %v", out, stderr, code, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	slow := &Node{fakeNode{name: "c-worker", script: "exec sleep 20"}}
	if _, _, _, err := slow.Run(ctx, "", "sleep"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
