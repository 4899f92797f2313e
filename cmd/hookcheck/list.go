package main

import (
	"encoding/json"
	"fmt"
	"io"
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
		Long: `List the requirements of all profiles, or of those that are asked for.

The table marks with D where documentation and kubelets part, with G what depends
on a feature gate, with V what holds for some versions only, and with U what no
check can see from outside. JSON and YAML have the details.`,
		Example: `  hookcheck list
  hookcheck list --level must
  hookcheck list --label-filter 'area:grace && level:MUST'
  hookcheck list -o json | jq length`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			selected, err := pick.resolve()
			if err != nil {
				return err
			}
			return writeAs(s.out, output, selected, func(w io.Writer) error { return listTable(w, selected) })
		},
	}
	pick.flags(cmd, requirement.Profiles...)
	outputFlag(cmd, &output)
	return cmd
}

func listTable(out io.Writer, selected []requirement.Requirement) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tLEVEL\tPROFILE\t\tSENTENCE")
	for _, r := range selected {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Level, r.Profile, marks(r), r.Sentence)
	}
	return w.Flush()
}

// marks are the letters that say what is special about a requirement.
func marks(r requirement.Requirement) string {
	text := ""
	for _, m := range []struct {
		letter string
		is     bool
	}{
		{"D", r.Deviation != nil},
		{"G", r.Gate != ""},
		{"V", r.Since != "" || r.Until != ""},
		{"U", r.Untestable != ""},
	} {
		if m.is {
			text += m.letter
		}
	}
	return text
}

// outputFlag adds --output.
func outputFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVarP(to, "output", "o", "table", "table, json or yaml")
	completeOutput(cmd, "table", "json", "yaml")
}

// completeOutput lets the shell complete --output.
func completeOutput(cmd *cobra.Command, formats ...cobra.Completion) {
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)) // fails for an unknown flag only
}

// writeAs writes a value as JSON or YAML, or as the table that the function
// writes.
func writeAs(w io.Writer, output string, value any, table func(io.Writer) error) error {
	switch output {
	case "table":
		return table(w)
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(value)
	case "yaml":
		data, err := yaml.Marshal(value)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	default:
		return usage("--output %q: choose table, json or yaml%s", output, requirement.Suggest(output, []string{"table", "json", "yaml"}))
	}
}
