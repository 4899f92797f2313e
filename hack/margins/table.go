package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
)

// A bound is one side of what a requirement's check asks of a time.
type bound struct {
	requirement, expected string
	upper                 bool
}

// A slack is by how much a run kept a bound.
type slack struct {
	by  time.Duration
	run string
}

// A table holds what the runs left of each bound.
type table map[bound][]slack

func (t table) add(requirement string, m history.Margin, run string) {
	low, high := m.Slack()
	for upper, by := range map[bool]time.Duration{false: low, true: high} {
		b := bound{requirement, m.Expected, upper}
		t[b] = append(t[b], slack{by, run})
	}
}

// narrowest is the smallest slack of a bound, and the one in the middle.
func narrowest(slacks []slack) (least slack, median time.Duration) {
	sorted := slices.SortedFunc(slices.Values(slacks), func(a, b slack) int { return cmp.Compare(a.by, b.by) })
	return sorted[0], sorted[len(sorted)/2].by
}

// write prints the bounds that were kept by less than so much, the narrowest first. A lower bound of 0 s or less that
// orders cause and effect is always kept by little; one whose median is far from its least is what to look at.
func (t table) write(w io.Writer, below time.Duration) error {
	bounds := slices.SortedFunc(maps.Keys(t), func(a, b bound) int {
		least, _ := narrowest(t[a])
		other, _ := narrowest(t[b])
		return cmp.Or(cmp.Compare(least.by, other.by), cmp.Compare(a.requirement, b.requirement), cmp.Compare(a.expected, b.expected))
	})
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "least\tmedian\tn\tbound\trequirement\texpected\tleast in")
	for _, b := range bounds {
		least, median := narrowest(t[b])
		if least.by >= below {
			continue
		}
		side := "low"
		if b.upper {
			side = "high"
		}
		fmt.Fprintf(out, "%.3f\t%.3f\t%d\t%s\t%s\t%s\t%s\n", least.by.Seconds(), median.Seconds(), len(t[b]), side, b.requirement, b.expected, least.run)
	}
	return out.Flush()
}
