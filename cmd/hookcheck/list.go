package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

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
