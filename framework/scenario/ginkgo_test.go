package scenario

import (
	"context"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// fakeRunner answers with what the test says, and with an error afterwards.
type fakeRunner struct {
	results []requirement.Result
	err     error
}

func (r *fakeRunner) Results(context.Context, *Scenario) ([]requirement.Result, error) {
	return r.results, r.err
}

// inner takes the failures of the suite inside the test.
type inner struct{ failed bool }

func (i *inner) Fail() { i.failed = true }

// TestSpecs runs a scenario's specs under Ginkgo and looks at the report.
func TestSpecs(t *testing.T) {
	suite, reporter := ginkgo.GinkgoConfiguration()
	if flag.Lookup("test.count").Value.String() != "1" || suite.ParallelTotal > 1 {
		t.Skip("Ginkgo runs a suite once a process")
	}
	register(t)
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the cluster is gone")
	var ids []string
	for _, r := range catalogue.All()[:10] {
		ids = append(ids, r.ID)
	}
	result := func(i int, v requirement.Verdict, reason string) []requirement.Result {
		return []requirement.Result{{Requirement: "another"}, {Requirement: ids[i], Verdict: v, Reason: reason, Window: "the window"}}
	}
	// One check each; the order is that of the scenario.
	cases := []struct {
		runner  Runner
		state   types.SpecState
		message string
	}{
		{nil, types.SpecStateSkipped, "no cluster: run it by `hookcheck run`, or set HOOKCHECK_KUBECONFIG"},
		{&fakeRunner{results: result(1, requirement.Conformant, "")}, types.SpecStatePassed, ""},
		{&fakeRunner{results: result(2, requirement.NonConformant, "expected a, seen: b")}, types.SpecStateFailed, "non-conformant: expected a, seen: b\nthe window"},
		{&fakeRunner{results: result(3, requirement.Inconclusive, "the node slept")}, types.SpecStateFailed, "inconclusive: the node slept\nthe window"},
		{&fakeRunner{results: result(4, requirement.NotApplicable, "version: too old")}, types.SpecStateSkipped, "version: too old"},
		{&fakeRunner{results: result(5, requirement.NotRun, "interrupted: by hand")}, types.SpecStateSkipped, "interrupted: by hand"},
		{&fakeRunner{results: result(6, requirement.KnownDeviation, "it goes on")}, types.SpecStateSkipped, "known deviation: it goes on"},
		{&fakeRunner{results: result(7, requirement.UnexpectedPass, "it was mended")}, types.SpecStateFailed, "unexpected pass: it was mended\nthe window"},
		{&fakeRunner{results: result(0, requirement.NonConformant, "of another")}, types.SpecStateSkipped, "not selected"},
		{&fakeRunner{err: broken}, types.SpecStateAborted, "the cluster is gone"},
	}
	if !Describe("an example", "prestop/example", func(s *S) {
		for _, id := range ids {
			s.Check(id, func(*judge.J, *history.History) {})
		}
	}) {
		t.Error("Describe is used as the value of a variable: always true")
	}
	if s, err := Lookup("prestop/example"); err != nil || s.Title != "an example" || len(s.Checks) != len(ids) {
		t.Errorf("registered: %+v, %v", s, err)
	}
	next := 0
	ginkgo.BeforeEach(func() { Use(cases[next].runner); next++ })
	t.Cleanup(func() { Use(nil) })
	var report types.Report
	ginkgo.ReportAfterSuite("look", func(r types.Report) { report = r })

	reporter.Succinct, reporter.NoColor, reporter.Verbose = true, true, false
	failures := &inner{}
	if ginkgo.RunSpecs(failures, "inner", suite, reporter) || !failures.failed {
		t.Error("the suite passed")
	}
	var specs types.SpecReports
	for _, s := range report.SpecReports {
		if s.LeafNodeType == types.NodeTypeIt {
			specs = append(specs, s)
		}
	}
	if len(specs) != len(cases) {
		t.Fatalf("%d specs, want %d", len(specs), len(cases))
	}
	for i, tc := range cases {
		s := specs[i]
		if s.State != tc.state || s.Failure.Message != tc.message {
			t.Errorf("spec %d: %s: %q, want %s: %q", i, s.State, s.Failure.Message, tc.state, tc.message)
		}
		if s.FullText() != "prestop/example "+ids[i] || !strings.HasSuffix(strings.Join(s.Labels(), " "), "requirement:"+ids[i]) {
			t.Errorf("spec %d is called %q, labelled %q", i, s.FullText(), s.Labels())
		}
	}
	if !errors.Is(Aborted(), broken) {
		t.Errorf("given up because of %v", Aborted())
	}
}
