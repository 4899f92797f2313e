package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// table prints a summary of each run and every requirement on which they differ,
// with the reasons of the verdicts that are not conformant. It returns whether
// all runs were conformant.
func table(out io.Writer, versions []string, runs []reports.Report) bool {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "VERSION\tSECONDS")
	for _, v := range requirement.Verdicts {
		fmt.Fprintf(w, "\t%s", v)
	}
	fmt.Fprintln(w)
	conformant := true
	verdicts := map[string][]reports.Entry{}
	for i, r := range runs {
		count := map[requirement.Verdict]int{}
		for _, e := range r.Results {
			count[e.Verdict]++
			for len(verdicts[e.Requirement]) < i {
				verdicts[e.Requirement] = append(verdicts[e.Requirement], reports.Entry{})
			}
			verdicts[e.Requirement] = append(verdicts[e.Requirement], e)
		}
		fmt.Fprintf(w, "%s\t%.0f", versions[i], r.Run.Seconds)
		for _, v := range requirement.Verdicts {
			fmt.Fprintf(w, "\t%d", count[v])
		}
		fmt.Fprintln(w)
		conformant = conformant && r.ExitCode == reports.ExitConformant
	}
	_ = w.Flush()
	for _, id := range slices.Sorted(maps.Keys(verdicts)) {
		entries := verdicts[id]
		same := len(entries) == len(runs)
		for _, e := range entries {
			same = same && e.Verdict == entries[0].Verdict && e.Outcome == entries[0].Outcome
		}
		if same {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", id)
		for i, e := range entries {
			why := e.Reason
			if why == "" {
				why = e.Outcome
			}
			if e.Verdict != "" {
				fmt.Fprintf(out, "  %-9s %s: %s\n", versions[i], e.Verdict, why)
			}
		}
	}
	return conformant
}
