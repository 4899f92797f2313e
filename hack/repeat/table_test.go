package main

import (
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

func report(verdicts ...requirement.Verdict) reports.Report {
	var r reports.Report
	for i, v := range verdicts {
		r.Results = append(r.Results, reports.Entry{Result: requirement.Result{
			Requirement: string(rune('a' + i)), Verdict: v, Reason: "because"}})
	}
	return r
}

func TestTable(t *testing.T) {
	const ok, bad, unclear = requirement.Conformant, requirement.NonConformant, requirement.Inconclusive
	failed := report(ok, ok)
	failed.Run.Error = "no node"
	const known = requirement.KnownDeviation
	racy := func(v requirement.Verdict) reports.Report {
		r := report(v)
		r.Results[0].Deviation = &requirement.Deviation{Sometimes: true}
		return r
	}
	for _, tc := range []struct {
		name  string
		limit float64
		runs  []reports.Report
		agree bool
		last  string
	}{
		{"the same", 0, []reports.Report{report(ok, bad), report(ok, bad)}, true, "2 runs, 4 verdicts: 0 differ, 0 inconclusive (0.00 %), 0 of deviations that are not seen each time"},
		{"another verdict", 0, []reports.Report{report(ok, ok), report(ok, bad)}, false, "2 runs, 4 verdicts: 1 differ, 0 inconclusive (0.00 %), 0 of deviations that are not seen each time"},
		{"too many inconclusive", 20, []reports.Report{report(ok, unclear), report(ok, ok)}, false, "2 runs, 4 verdicts: 0 differ, 1 inconclusive (25.00 %), 0 of deviations that are not seen each time"},
		{"few enough", 25, []reports.Report{report(unclear, ok), report(ok, ok)}, true, "2 runs, 4 verdicts: 0 differ, 1 inconclusive (25.00 %), 0 of deviations that are not seen each time"},
		{"a deviation that is not seen each time", 0, []reports.Report{racy(known), racy(ok)}, true, "2 runs, 2 verdicts: 0 differ, 0 inconclusive (0.00 %), 1 of deviations that are not seen each time"},
		{"which is no excuse for a violation", 0, []reports.Report{racy(known), racy(bad)}, false, "2 runs, 2 verdicts: 1 differ, 0 inconclusive (0.00 %), 0 of deviations that are not seen each time"},
		{"a run that failed", 0, []reports.Report{report(ok, ok), failed}, false, "2 runs, 4 verdicts: 1 differ, 0 inconclusive (0.00 %), 0 of deviations that are not seen each time"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out strings.Builder
			table := table{out: &out, limit: tc.limit}
			for _, r := range tc.runs {
				table.add(r, 5*time.Second)
			}
			if agree := table.verdict(); agree != tc.agree {
				t.Errorf("agree: %v", agree)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if got := lines[len(lines)-1]; got != tc.last {
				t.Errorf("%q, want %q", got, tc.last)
			}
		})
	}
}

func TestSpread(t *testing.T) {
	for _, tc := range []struct {
		n, k int
		want string
	}{
		{10, 3, ".x...x..x."}, {3, 3, "xxx"}, {2, 3, "xx"}, {4, 0, "...."},
	} {
		got := ""
		for i := range tc.n {
			if spread(i, tc.n, tc.k) {
				got += "x"
			} else {
				got += "."
			}
		}
		if got != tc.want {
			t.Errorf("%d of %d: %s, want %s", tc.k, tc.n, got, tc.want)
		}
	}
}
