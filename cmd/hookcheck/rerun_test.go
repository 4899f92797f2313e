package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// TestRerunFailed: what has no good verdict is selected, of whatever profile, and
// the report says of which run. There is no cluster: the selection stands in the
// report all the same.
func TestRerunFailed(t *testing.T) {
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var selected []requirement.Requirement
	var results []requirement.Result
	for id, v := range map[string]requirement.Verdict{
		"grace.default-30":       requirement.NonConformant,
		"grace.probe-level":      requirement.UnexpectedPass,
		"delete.timestamp":       requirement.Inconclusive,
		"node.graceful-shutdown": "", // of profile node, and without a result
		"prestop.before-term":    requirement.Conformant,
		"grace.truncation":       requirement.KnownDeviation,
		"http.host":              requirement.NotApplicable,
	} {
		r, err := catalogue.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		selected = append(selected, r)
		if v != "" {
			results = append(results, requirement.Result{Requirement: id, Verdict: v, Reason: "x: y"})
		}
	}
	writeRun(t, dir, reports.Meta{Run: reports.Run{ID: "first"}}, selected, results)

	code, out := runCommand(t, "run", "--rerun-failed", dir, "--artifacts", "again")
	if code != reports.ExitInconclusive {
		t.Fatalf("exit code %d: %s", code, out)
	}
	report, err := reports.Read(filepath.Join("again", reports.ReportFile))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range report.Results {
		ids = append(ids, e.Requirement)
	}
	if want := []string{"delete.timestamp", "grace.default-30", "grace.probe-level", "node.graceful-shutdown"}; !slices.Equal(ids, want) {
		t.Errorf("run again: %v, want %v", ids, want)
	}
	if report.Selection.RerunOf != "first" || !strings.Contains(out, "what failed in run first, once more") {
		t.Errorf("it does not say of which run: %+v\n%s", report.Selection, out)
	}
}

func TestRerunNothing(t *testing.T) {
	dir := recorded(t, false, plainScenario)
	if code, out := runCommand(t, "run", "--rerun-failed", dir); code != reports.ExitUsage || !strings.Contains(out, "is red, inconclusive or not run") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
