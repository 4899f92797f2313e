package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// format is the value of --output. A format that the command does not have is refused with the other flags, before
// anything is looked up.
type format struct {
	value *string
	known []string
}

func (f format) String() string { return *f.value }

// Type is what --help shows in the place of the value.
func (f format) Type() string { return "string" }

// Set takes one of the known formats.
func (f format) Set(given string) error {
	if !slices.Contains(f.known, given) {
		return fmt.Errorf("choose %s%s", strings.Join(f.known, ", "), requirement.Suggest(given, f.known))
	}
	*f.value = given
	return nil
}

// outputFlag adds --output to a command that lists: as a table, JSON or YAML.
func outputFlag(cmd *cobra.Command, to *string) {
	formatFlag(cmd, to, "table, json or yaml", "table", "json", "yaml")
}

// formatFlag adds --output with the formats that the command knows; the first is the default.
func formatFlag(cmd *cobra.Command, to *string, help string, known ...string) {
	*to = known[0]
	cmd.Flags().VarP(format{value: to, known: known}, "output", "o", help)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(known, cobra.ShellCompDirectiveNoFileComp)) // fails for an unknown flag only
}

// writeAs writes a value as JSON or YAML, or as the table that the function
// writes.
func writeAs(w io.Writer, output string, value any, table func(io.Writer) error) error {
	switch output {
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
		return table(w)
	}
}
