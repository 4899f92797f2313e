package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// run is a report of the given verdicts, by requirement.
func run(verdicts map[string]requirement.Verdict) Report {
	r := Report{Meta: Meta{Run: Run{ID: "k7"}}}
	for id, v := range verdicts {
		r.Results = append(r.Results, Entry{Result: requirement.Result{Requirement: id, Verdict: v}, Level: requirement.Must, Sentence: "It is so."})
	}
	return r
}

func TestCompare(t *testing.T) {
	const (
		good, bad, odd  = requirement.Conformant, requirement.NonConformant, requirement.UnexpectedPass
		known, unsure   = requirement.KnownDeviation, requirement.Inconclusive
		notHere, notRun = requirement.NotApplicable, requirement.NotRun
		absent          = requirement.Verdict("")
	)
	for _, tc := range []struct {
		a, b requirement.Verdict
		in   string // which list
		lost int
		code int
	}{
		{good, good, "same", 0, 0},
		{bad, bad, "same", 0, 0},
		{good, bad, "new", 0, 1},
		{known, bad, "new", 0, 1},
		{good, odd, "new", 0, 1},
		{unsure, bad, "new", 0, 1},
		{absent, bad, "new", 0, 1},
		{bad, good, "fixed", 0, 0},
		{odd, known, "fixed", 0, 0},
		{bad, odd, "changed", 0, 0},
		{good, known, "changed", 0, 0},
		{notRun, unsure, "changed", 0, 0},
		{good, unsure, "coverage", 1, 3},
		{bad, notRun, "coverage", 1, 3},
		{good, absent, "coverage", 1, 3},
		{good, notHere, "coverage", 0, 0},
		{bad, notHere, "coverage", 0, 0},
		{unsure, good, "coverage", 0, 0},
		{absent, good, "coverage", 0, 0},
		{absent, notHere, "coverage", 0, 0},
		{notHere, absent, "coverage", 0, 0},
	} {
		of := func(v requirement.Verdict) Report {
			if v == absent {
				return run(nil)
			}
			return run(map[string]requirement.Verdict{"a.one": v})
		}
		c := Compare(of(tc.a), of(tc.b))
		got := map[string]int{"new": len(c.NewFailures), "fixed": len(c.Fixed), "changed": len(c.Changed), "coverage": len(c.Coverage), "same": c.Same}
		for list, n := range got {
			want := 0
			if list == tc.in {
				want = 1
			}
			if n != want {
				t.Errorf("%q → %q: %d %s, want it in %s only", tc.a, tc.b, n, list, tc.in)
			}
		}
		if c.Lost != tc.lost || c.ExitCode != tc.code {
			t.Errorf("%q → %q: lost %d, exit code %d; want %d, %d", tc.a, tc.b, c.Lost, c.ExitCode, tc.lost, tc.code)
		}
		for _, change := range slices.Concat(c.NewFailures, c.Fixed, c.Changed, c.Coverage) {
			if change.Requirement != "a.one" || change.Level != requirement.Must {
				t.Errorf("%q → %q: %+v", tc.a, tc.b, change)
			}
		}
	}
}

func TestCompareNewFailuresWinOverLost(t *testing.T) {
	c := Compare(run(map[string]requirement.Verdict{"a.one": requirement.Conformant, "a.two": requirement.Conformant}),
		run(map[string]requirement.Verdict{"a.one": requirement.NonConformant}))
	if c.ExitCode != ExitNonConformant || c.Lost != 1 {
		t.Errorf("%+v", c)
	}
}

func TestShifts(t *testing.T) {
	m := func(n int, median, p90, clocks float64) requirement.Measurement {
		return requirement.Measurement{Count: n, Median: median, P90: p90, Error: clocks}
	}
	for _, tc := range []struct {
		name     string
		a, b     requirement.Measurement
		measured int
		moved    bool
	}{
		{"the same", m(100, 1, 2, 0), m(100, 1, 2, 0), 1, false},
		{"chance: 3·√2·0.1 s", m(100, 1, 2, 0), m(100, 1.42, 2.42, 0), 1, false},
		{"more than chance", m(100, 1, 2, 0), m(100, 1.43, 2.43, 0), 1, true},
		{"faster", m(100, 1.43, 2.43, 0), m(100, 1, 2, 0), 1, true},
		{"inside the clocks", m(100, 1, 2, 0.5), m(100, 1.9, 2.9, 0), 1, false},
		{"more samples, less chance", m(1000, 1, 2, 0), m(1000, 1.2, 2.2, 0), 1, true},
		{"no variation", m(10, 1, 1, 0), m(10, 1.001, 1.001, 0), 1, true},
		{"too few in A", m(9, 1, 1, 0), m(10, 2, 2, 0), 0, false},
		{"too few in B", m(10, 1, 1, 0), m(9, 2, 2, 0), 0, false},
		{"only in A", m(10, 1, 1, 0), requirement.Measurement{}, 0, false},
	} {
		a, b := run(nil), run(nil)
		a.Measurements = map[string]requirement.Measurement{"x": tc.a}
		b.Measurements = map[string]requirement.Measurement{"x": tc.b}
		c := Compare(a, b)
		if c.Measured != tc.measured || (len(c.Shifts) == 1) != tc.moved || c.ExitCode != 0 {
			t.Errorf("%s: %d measured, %+v, exit code %d", tc.name, c.Measured, c.Shifts, c.ExitCode)
		}
		if tc.moved && math.Abs(c.Shifts[0].By-(tc.b.Median-tc.a.Median)) > 1e-9 {
			t.Errorf("%s: by %f", tc.name, c.Shifts[0].By)
		}
	}
}

// compared is a run and one on another runtime, of which all sorts of things differ.
func compared(t *testing.T) Comparison {
	t.Helper()
	a := samples(t)["conformant"]
	b := samples(t)["mixed"]
	b.Cluster.Nodes = slices.Clone(b.Cluster.Nodes)
	b.Cluster.Nodes[0].ContainerRuntimeVersion = "cri-o://1.36.0"
	b.Run.ID, b.Selection.Level = "20260315-092653-k8", "must"
	b.Results = slices.Clone(b.Results)
	b.Results[0].Sentence = "It was written anew."
	b.Measurements = map[string]requirement.Measurement{"prestop-end-to-signal": {Count: 14, Median: 1.5, P90: 1.6, Error: 0.01}}
	a.Measurements = map[string]requirement.Measurement{"prestop-end-to-signal": {Count: 14, Median: 0.0928, P90: 0.3859}}
	more := b.Results[1]
	for i := range someNames + 1 {
		more.Requirement = fmt.Sprintf("node.b-%d", i)
		b.Results = append(b.Results, more)
	}
	more.Requirement, more.Verdict = "grace.a", requirement.Conformant
	a.Results = append(slices.Clone(a.Results), more)
	return Compare(a, b)
}

func TestWriteComparison(t *testing.T) {
	var text strings.Builder
	if err := WriteComparison(&text, compared(t), TableOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	golden(t, "compared.80.txt", text.String())
	golden(t, "compared.md", string(ComparisonMarkdown(compared(t))))
}
