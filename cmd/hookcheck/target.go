package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// target is the cluster that the user means.
type target struct {
	kubeconfig string
	context    string
	namespace  string
	kind       string
	kubernetes string
	nodeImage  string
	nodes      int
	gates      map[string]string
	verbose    int
}

// currentKind is the value of --kind without one.
const currentKind = cluster.DefaultName

func (t *target) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.kubeconfig, "kubeconfig", "", "kubeconfig file (default $KUBECONFIG, then ~/.kube/config, then the pod's service account)")
	f.StringVar(&t.context, "context", "", "context in the kubeconfig (default the current one)")
	f.StringVarP(&t.namespace, "namespace", "n", "", "use this namespace and keep it (default a new one, removed at the end)")
	f.StringVar(&t.kind, "kind", "", "use the kind cluster of this name that hookcheck created")
	f.Lookup("kind").NoOptDefVal = currentKind
	f.CountVarP(&t.verbose, "verbose", "v", "show more; repeat for still more")
}

// kindFlags adds the flags with which --kind creates a cluster.
func (t *target) kindFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Lookup("kind").Usage = "use the kind cluster of this name; create it where it is missing, replace it where it is broken"
	f.StringVar(&t.kubernetes, "kubernetes", "", fmt.Sprintf("with --kind: Kubernetes version (default %s)", cluster.DefaultKubernetes))
	f.StringVar(&t.nodeImage, "node-image", "", "with --kind: node image")
	f.IntVar(&t.nodes, "nodes", 1, "with --kind: number of nodes")
	gatesFlag(cmd, &t.gates, "with --kind: ")
}

// validate refuses flags that exclude each other.
func (t *target) validate() error {
	if t.kind != "" && (t.kubeconfig != "" || t.context != "") {
		return usage("--kind and --kubeconfig or --context exclude each other")
	}
	if t.kind == "" && (t.kubernetes != "" || t.nodeImage != "" || t.nodes > 1 || len(t.gates) > 0) {
		return usage("--kubernetes, --node-image, --nodes and --feature-gates go with --kind")
	}
	return nil
}

// find connects to the cluster; with --kind, to one that is already there.
func (t *target) find(ctx context.Context) (*rest.Config, cluster.Identity, error) {
	if err := t.validate(); err != nil {
		return nil, cluster.Identity{}, err
	}
	kubeconfig, contextName := t.kubeconfig, t.context
	if t.kind != "" {
		k := cluster.NewKind(t.kind)
		kubeconfig, contextName = k.GetKubeconfig(), k.GetKubectlContext()
	}
	return cluster.Connect(ctx, kubeconfig, contextName)
}

// ensure makes the kind cluster be there and connects to it.
func (t *target) ensure(ctx context.Context, s streams) (*cluster.Kind, error) {
	gates, err := featureGates(t.gates)
	if err != nil {
		return nil, err
	}
	k := cluster.NewKind(t.kind)
	k.WithVersion(t.kubernetes).WithOpts(cluster.WithImage(t.nodeImage), cluster.WithNodes(t.nodes), cluster.WithFeatureGates(gates), cluster.WithLog(s.err, t.verbose))
	result, err := k.Ensure(ctx)
	if err != nil {
		return nil, err
	}
	_, err = result.WriteTo(s.err)
	return k, err
}

// findNode finds the way onto a node: of a kind cluster of this machine.
func findNode(ctx context.Context, node *corev1.Node) (scenario.Shell, string) {
	n, reason := cluster.FindNode(ctx, node)
	if n == nil { // not a nil *cluster.Node in a Shell
		return nil, reason
	}
	return n, ""
}
