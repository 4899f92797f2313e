package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/framework/cluster"
)

// streams are where a command writes: results to out, progress to err.
type streams struct {
	out io.Writer
	err io.Writer
}

// newClusterCommand returns `hookcheck cluster` with its verbs.
func newClusterCommand(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cluster",
		Short: "Make, remove and list throw-away clusters to run against",
		Long: `Make, remove and list throw-away clusters to run against.

They are kind clusters: Kubernetes nodes in Docker containers on this machine.
Only clusters that hookcheck created itself are ever changed or deleted. Each has
a kubeconfig file of its own; ~/.kube/config is not written to.`,
		Example: `  hookcheck cluster create
  hookcheck cluster list
  hookcheck cluster delete`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(newClusterCreateCommand(s), newClusterDeleteCommand(s), newClusterListCommand(s))
	return cmd
}

func newClusterCreateCommand(s streams) *cobra.Command {
	var name, kubernetes, image string
	var nodes, verbosity int
	var gates map[string]string
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make a cluster, or reuse the one that is there",
		Long: `Make a cluster and print the path of its kubeconfig.

A cluster of that name that hookcheck created, that is healthy and is what is
asked for, is reused. One that is stopped, broken or different is made anew,
after its nodes' logs have been exported. One that hookcheck did not create is
left alone, and the command fails.

The nodes run image hookcheck/node:<version> if this machine has it (see make
node-image), else kindest/node:<version>.`,
		Example: `  # one node
  hookcheck cluster create

  # a control plane and two workers, another version, beside the first
  hookcheck cluster create --name old --kubernetes v1.33.13 --nodes 3

  # with a feature gate that is off by default
  hookcheck cluster create --name gates --feature-gates ContainerStopSignals=true

  # a node image of your own
  hookcheck cluster create --image registry.example/node:v1.36.4`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			on, err := featureGates(gates)
			if err != nil {
				return err
			}
			k := cluster.NewKind(name)
			k.WithVersion(kubernetes).WithOpts(cluster.WithImage(image), cluster.WithNodes(nodes), cluster.WithFeatureGates(on), cluster.WithLog(s.err, verbosity))
			result, err := k.Ensure(cmd.Context())
			if err != nil {
				return err
			}
			_, err = result.WriteTo(s.out)
			return err
		},
	}
	nameFlag(cmd, &name)
	cmd.Flags().StringVar(&kubernetes, "kubernetes", "", fmt.Sprintf("Kubernetes version (default %s, or that of --image)", cluster.DefaultKubernetes))
	cmd.Flags().StringVar(&image, "image", "", "node image (default hookcheck/node or kindest/node of the version)")
	cmd.Flags().IntVar(&nodes, "nodes", 1, "number of nodes, the control plane's included")
	gatesFlag(cmd, &gates, "")
	cmd.Flags().CountVarP(&verbosity, "verbose", "v", "show what kind does; repeat for more")
	return cmd
}

func newClusterDeleteCommand(s streams) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "delete",
		Short: "Remove a cluster that hookcheck created",
		Long: `Remove a cluster that hookcheck created, healthy or not, with its kubeconfig.

One that hookcheck did not create is left alone, and the command fails. Where
there is no cluster of that name, the command says so and succeeds.`,
		Example: `  hookcheck cluster delete
  hookcheck cluster delete --name old`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			existed, err := cluster.NewKind(name).Delete(cmd.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(s.out, cluster.DeleteMessage(name, existed))
			return err
		},
	}
	nameFlag(cmd, &name)
	return cmd
}

func newClusterListCommand(s streams) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the kind clusters of this machine, and which are hookcheck's",
		Long: `List the kind clusters of this machine, and which of them hookcheck created.

Into those it looks: they are healthy, broken (and why) or stopped. Of others
only the containers are seen: running or stopped.`,
		Example: `  hookcheck cluster list
  hookcheck cluster list -o json | jq -r '.[] | select(.ours) | .name'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			listings, err := cluster.List(cmd.Context(), "")
			if err != nil {
				return err
			}
			return writeClusters(s.out, output, listings)
		},
	}
	outputFlag(cmd, &output)
	return cmd
}

func writeClusters(w io.Writer, output string, listings []cluster.Listing) error {
	return writeAs(w, output, listings, func(w io.Writer) error { return cluster.WriteList(w, listings) })
}

func gatesFlag(cmd *cobra.Command, gates *map[string]string, when string) {
	cmd.Flags().StringToStringVar(gates, "feature-gates", nil, when+"feature gates of all components, as in ContainerStopSignals=true")
}

// featureGates parses the values of --feature-gates.
func featureGates(given map[string]string) (map[string]bool, error) {
	if len(given) == 0 {
		return nil, nil
	}
	gates := map[string]bool{}
	for name, value := range given {
		on, err := strconv.ParseBool(value)
		if err != nil {
			return nil, usage("--feature-gates: %s=%s is neither true nor false", name, value)
		}
		gates[name] = on
	}
	return gates, nil
}

func nameFlag(cmd *cobra.Command, name *string) {
	cmd.Flags().StringVar(name, "name", cluster.DefaultName, "name of the cluster")
}
