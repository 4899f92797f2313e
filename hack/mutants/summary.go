package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

// summarize prints how many definitions there are, by component and by what becomes of them.
func summarize(out io.Writer, definitions []mutant.Definition) {
	type cell struct {
		component mutant.Component
		status    mutant.Status
	}
	counts := map[cell]int{}
	var controls, contested int
	for _, d := range definitions {
		counts[cell{d.Component, d.Status()}]++
		if d.Role != mutant.Breaks {
			controls++
		}
		if d.Contested != "" {
			contested++
		}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name string, value func(mutant.Status) any) {
		fmt.Fprint(table, name)
		for _, s := range mutant.Statuses {
			fmt.Fprint(table, "\t", value(s))
		}
		fmt.Fprintln(table)
	}
	row("", func(s mutant.Status) any { return s })
	for _, c := range mutant.Components {
		row(string(c), func(s mutant.Status) any {
			if n := counts[cell{c, s}]; n > 0 {
				return n
			}
			return "."
		})
	}
	_ = table.Flush() // what cannot be written to the terminal cannot be told there
	fmt.Fprintf(out, "%d definitions; %d are controls, %d are contested\n", len(definitions), controls, contested)
}
