package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/run"
)

func newCleanupCommand(s streams) *cobra.Command {
	var at target
	var all bool
	cmd := &cobra.Command{
		Use:   "cleanup",
		Short: "Remove what a killed run left in a cluster",
		Long: `Remove what runs that are no longer alive left in a cluster: their namespaces with
everything in them, the finalizers of their pods first, and what they changed on
nodes that are containers of kind. A run that is alive is left alone unless --all
is given. Each run does this too when it begins.`,
		Example: `  hookcheck cleanup
  hookcheck cleanup --kind
  hookcheck cleanup --namespace my-namespace`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, _, err := at.find(cmd.Context())
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			mended, merr := run.MendNodes(cmd.Context(), client, findNode, all)
			for _, what := range mended {
				fmt.Fprintln(s.out, "undid", what)
			}
			removed, err := run.Cleanup(cmd.Context(), client, at.namespace, all)
			err = errors.Join(merr, err)
			for _, what := range removed {
				fmt.Fprintln(s.out, "removed", what)
			}
			if err == nil && len(removed)+len(mended) == 0 {
				fmt.Fprintln(s.out, "nothing to remove")
			}
			return err
		},
	}
	at.flags(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "remove runs that are alive, too")
	return cmd
}
