package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func newListCommand(s streams) *cobra.Command {
	var pick selection
	var output string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the requirements that hookcheck judges",
		Example: `  hookcheck list
  hookcheck list --label-filter 'area:grace && level:MUST'
  hookcheck list -o json | jq length`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			selected, err := pick.resolve()
			if err != nil {
				return err
			}
			switch output {
			case "table":
				w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tLEVEL\tPROFILE\tSENTENCE")
				for _, r := range selected {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Level, r.Profile, r.Sentence)
				}
				return w.Flush()
			case "json":
				enc := json.NewEncoder(s.out)
				enc.SetIndent("", "  ")
				return enc.Encode(selected)
			case "yaml":
				data, err := yaml.Marshal(selected)
				if err != nil {
					return err
				}
				_, err = s.out.Write(data)
				return err
			default:
				return usage("--output %q: choose table, json or yaml%s", output, requirement.Suggest(output, []string{"table", "json", "yaml"}))
			}
		},
	}
	pick.flags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table, json or yaml")
	return cmd
}
