package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/matrix"
	"github.com/hookcheck/hookcheck/hack/internal/peer"
	"github.com/hookcheck/hookcheck/reports"
)

func sample(t *testing.T) comparison {
	t.Helper()
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	return comparison{
		catalogue: catalogue, procs: []int{1, 8}, command: "make peer",
		coverage: peer.Coverage{
			{Spec: "run [Conformance]", Set: peer.Hooks, Sees: []string{"prestop.trigger.delete"}, Partly: []string{"prestop.once"}},
			{Spec: "sleep", Set: peer.Hooks, Sees: []string{"sleep.equal-to-tgps", "prestop.trigger.delete"}, Beyond: "a file"},
			{Spec: "end", Set: peer.Termination, Sees: []string{"prestop.once"}, Beyond: "a metric"},
		},
		record: Record{Date: "2026-01-02", Kubernetes: "v1.36.4", Cores: 2,
			Runs: []Run{
				{Suite: "conformance", Procs: 1, Seconds: 80.4, SpecSeconds: 70},
				{Suite: "hooks", Procs: 8, Seconds: 61, SpecSeconds: 200, Failed: []string{"sleep"}, NotRun: []string{"run [Conformance]"}},
				{Suite: "termination", Procs: 8, Seconds: 100, SpecSeconds: 300},
				{Suite: "hookcheck", Procs: 8, Seconds: 150, SpecSeconds: 900, Passed: []string{"prestop.once", "prestop.before-term"}, NotRun: []string{"env.hostname"}},
			},
			Trials: []peer.Trial{{ID: "K01", Caught: true, By: []string{"run [Conformance]"}, Seconds: 40}, {ID: "K02", Seconds: 90},
				{ID: "K03", Caught: true, By: []string{"sleep"}, Seconds: 70}, {ID: "K04", Open: "not done within 5m0s", Seconds: 300}},
		},
		killed: map[string]bool{"K01": true, "K02": true, "K03": false, "P01": true},
	}
}

func TestMarkdown(t *testing.T) {
	var out strings.Builder
	sample(t).markdown(&out)
	want := `|  | specs | behaviours judged | of them MUST | others in part | wall time, 1 at once | spec-seconds | wall time, 8 at once | spec-seconds | mutants caught |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
| upstream, conformance | 1 | 1 | 1 | 1 | 80 s | 70 s |  |  | 1 of 4 |
| upstream, hooks | 2 | 2 | 1 | 1 |  |  | 61 s | 200 s | 2 of 4 |
| upstream, termination | 1 | 1 | 0 | 0 |  |  | 100 s | 300 s |  |
| upstream, all of these | 3 | 3 | 1 | 0 |  |  | 161 s | 500 s |  |
| hookcheck | 2 | 2 | 1 | 0 |  |  | 150 s | 900 s | 2 of 3 |
`
	table, legend, _ := strings.Cut(out.String(), "\n\n")
	if table+"\n" != want {
		t.Errorf("%s\nwant\n%s", table, want)
	}
	if !strings.HasPrefix(legend, "Kubernetes v1.36.4, one kind node, 2 cores, 2026-01-02, `make peer`. Behaviours are") {
		t.Error(legend)
	}
}

func TestText(t *testing.T) {
	var out strings.Builder
	sample(t).text(&out)
	for _, want := range []string{
		"\nupstream, hooks         2      2 ",
		"Upstream judges besides: a file; a metric.\n",
		"\nfailed, hooks, 8 at once: sleep\nnot run, hooks, 8 at once: run [Conformance]\n",
		"\nmutant K01: caught by run [Conformance], 40 s\nmutant K02: not seen, 90 s\n",
		"\nmutant K04: open: not done within 5m0s, 300 s\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "env.hostname") {
		t.Error("requirements that hookcheck did not judge are listed")
	}
}

func TestNothingMeasured(t *testing.T) {
	c := sample(t)
	c.record, c.killed = Record{}, nil
	rows := c.rows()
	if got := strings.Join(rows[len(rows)-1], "|"); got != "hookcheck|||||||||" {
		t.Error(got)
	}
}

func TestRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), recordFile)
	if r, err := readRecord(path); err != nil || len(r.Runs) != 0 {
		t.Error(r, err)
	}
	r := sample(t).record
	r.put(Run{Suite: "hooks", Procs: 8, Seconds: 65})
	if err := r.write(path); err != nil {
		t.Fatal(err)
	}
	got, err := readRecord(path)
	if err != nil || !reflect.DeepEqual(got, r) || len(got.Runs) != 4 {
		t.Errorf("%+v, %v", got, err)
	}
	if run, found := got.find("hooks", 8); !found || run.Seconds != 65 {
		t.Error(run, found)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readRecord(path); err == nil {
		t.Error("half a record was read")
	}
}

func TestUpstreamRun(t *testing.T) {
	result := peer.Result{Seconds: 61, Specs: []peer.Spec{
		{Name: "a", State: "passed", Seconds: 16}, {Name: "b", State: "failed", Seconds: 46}, {Name: "c", State: "timedout", Seconds: 20}}}
	got := upstreamRun(peer.Hooks, 8, []string{"a", "b", "c", "d"}, result)
	want := Run{Suite: "hooks", Procs: 8, Seconds: 61, SpecSeconds: 82, Passed: []string{"a"}, Failed: []string{"b"}, NotRun: []string{"c", "d"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestOurRun(t *testing.T) {
	entry := func(id, scenario string, v requirement.Verdict, seconds float64) reports.Entry {
		return reports.Entry{Result: requirement.Result{Requirement: id, Scenario: scenario, Verdict: v, Seconds: seconds}}
	}
	var report reports.Report
	report.Run.Seconds = 30
	report.Results = []reports.Entry{
		entry("a", "one", requirement.Conformant, 12), entry("b", "one", requirement.NonConformant, 12),
		entry("c", "two", requirement.KnownDeviation, 20), entry("d", "three", requirement.Inconclusive, 5),
	}
	want := Run{Suite: "hookcheck", Procs: 8, Seconds: 30, SpecSeconds: 37, Passed: []string{"a", "c"}, Failed: []string{"b"}, NotRun: []string{"d"}}
	if got := ourRun(8, report); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestKilledBy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "matrix.json")
	m := matrix.Matrix{APIVersion: matrix.APIVersion, Mutants: []matrix.Mutant{{ID: "K01", Outcome: matrix.Killed},
		{ID: "K02", Outcome: matrix.Survived}, {ID: "K03", Outcome: matrix.Unclear}, {ID: "K04", Outcome: matrix.Equivalent}}}
	if err := m.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := killedBy(path)
	if err != nil || !reflect.DeepEqual(got, map[string]bool{"K01": true, "K02": false, "K03": false}) {
		t.Error(got, err)
	}
	if _, err := killedBy(path + "x"); err == nil || !strings.Contains(err.Error(), "make mutants") {
		t.Error(err)
	}
}

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string // in the error
	}{
		{nil, ""},
		{[]string{"-run", "none", "-procs", "4"}, ""},
		{[]string{"-run", "hooks,hookcheck"}, ""},
		{[]string{"-run", "hook"}, `unknown suite "hook"`},
		{[]string{"-procs", "1,none"}, `"none" is not a number`},
		{[]string{"-procs", "0"}, `"0" is not a number`},
		{[]string{"-kubernetes", "1.36"}, "not a complete Kubernetes version"},
		{[]string{"-limit", "0s"}, "must be above zero"},
		{[]string{"hooks"}, `unexpected argument "hooks"`},
	} {
		_, err := parse(tc.args, &strings.Builder{})
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%q: %v, want %q", tc.args, err, tc.want)
		}
	}
}
