package main

import (
	"fmt"
	"io"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// table compares runs with the first one.
type table struct {
	out   io.Writer
	limit float64 // percent of inconclusive verdicts

	runs, verdicts, inconclusive, different, sometimes int
	first                                              map[string]requirement.Verdict
}

func (t *table) head() {
	fmt.Fprintf(t.out, "%4s %9s %11s %15s %13s %16s %15s %8s %7s %9s\n", "run", "seconds", "conformant", "known deviation",
		"inconclusive", "unexpected pass", "non-conformant", "not run", "n/a", "disturbed")
}

// add compares one more run and prints it.
func (t *table) add(r reports.Report, pause time.Duration) {
	t.runs++
	count := map[requirement.Verdict]int{}
	var differ []reports.Entry
	if t.first == nil {
		t.first = map[string]requirement.Verdict{}
	}
	for _, e := range r.Results {
		count[e.Verdict]++
		t.verdicts++
		first, known := t.first[e.Requirement]
		switch {
		case e.Verdict == requirement.Inconclusive:
			t.inconclusive++
			differ = append(differ, e)
		case !known:
			t.first[e.Requirement] = e.Verdict
		case first != e.Verdict && e.Deviation != nil && e.Deviation.Sometimes && tolerated(first) && tolerated(e.Verdict):
			t.sometimes++
			differ = append(differ, e)
		case first != e.Verdict:
			t.different++
			differ = append(differ, e)
		}
	}
	disturbed := "-"
	if pause > 0 {
		disturbed = pause.String()
	}
	fmt.Fprintf(t.out, "%4d %9.1f %11d %15d %13d %16d %15d %8d %7d %9s\n", t.runs, r.Run.Seconds, count[requirement.Conformant],
		count[requirement.KnownDeviation], count[requirement.Inconclusive], count[requirement.UnexpectedPass],
		count[requirement.NonConformant], count[requirement.NotRun], count[requirement.NotApplicable], disturbed)
	for _, e := range differ {
		fmt.Fprintf(t.out, "       %s: %s: %s\n", e.Requirement, e.Verdict, e.Reason)
	}
	if r.Run.Error != "" {
		t.different++
		fmt.Fprintf(t.out, "       the run failed: %s\n", r.Run.Error)
	}
}

// verdict prints what the runs say together, and returns whether they agree.
func (t *table) verdict() bool {
	share := 0.0
	if t.verdicts > 0 {
		share = 100 * float64(t.inconclusive) / float64(t.verdicts)
	}
	fmt.Fprintf(t.out, "%d runs, %d verdicts: %d differ, %d inconclusive (%.2f %%), %d of deviations that are not seen each time\n",
		t.runs, t.verdicts, t.different, t.inconclusive, share, t.sometimes)
	return t.different == 0 && share <= t.limit
}

// tolerated tells whether a deviation that is not seen each time may give that
// verdict.
func tolerated(v requirement.Verdict) bool {
	return v == requirement.Conformant || v == requirement.KnownDeviation
}
