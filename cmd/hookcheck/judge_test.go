package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

// exampleScenario has two checks, of which the second fails where the history
// has a note.
func exampleScenario() *scenario.Scenario {
	note := history.Note("seen")
	return &scenario.Scenario{Name: "grace/example", Checks: []scenario.Check{
		{Requirement: "grace.passes", Judge: func(j *judge.J, h *history.History) { j.Expect(h).To(history.Contain(note)) }},
		{Requirement: "grace.fails", Judge: func(j *judge.J, h *history.History) { j.Expect(h).To(history.ContainNo(note)) }},
	}}
}

func exampleHistory(server, kubelet string) *history.History {
	h := history.New(history.Header{Scenario: "grace/example", ServerVersion: server, KubeletVersion: kubelet, Started: time.Now()})
	h.Append(history.Event{Kind: history.KindNote, Name: "seen"})
	h.Close(time.Now(), "")
	return h
}

// TestJudgeAgainKnowsDeviations: the versions are those of the history.
func TestJudgeAgainKnowsDeviations(t *testing.T) {
	known := &requirement.Deviation{Judged: requirement.JudgedDocumented, Documented: "a", Actual: "b", Issue: "c", Until: "1.36"}
	for _, tc := range []struct {
		name            string
		server, kubelet string
		noKnown         bool
		passes, fails   requirement.Verdict
	}{
		{"listed", "v1.36.4", "v1.36.4", false, requirement.UnexpectedPass, requirement.KnownDeviation},
		{"an older history, without the server's version", "", "v1.36.4", false, requirement.UnexpectedPass, requirement.KnownDeviation},
		{"another version", "v1.37.0", "v1.37.0", false, requirement.Conformant, requirement.NonConformant},
		{"no excuses", "v1.36.4", "v1.36.4", true, requirement.Conformant, requirement.NonConformant},
	} {
		for id, want := range map[string]requirement.Verdict{"grace.passes": tc.passes, "grace.fails": tc.fails} {
			r, err := judgeAgain(exampleScenario(), exampleHistory(tc.server, tc.kubelet), requirement.Requirement{ID: id, Deviation: known}, tc.noKnown)
			if err != nil || r.Verdict != want || r.Requirement != id {
				t.Errorf("%s: %s is %s (%v), want %s", tc.name, r.Requirement, r.Verdict, err, want)
			}
		}
	}
	if _, err := judgeAgain(exampleScenario(), exampleHistory("", ""), requirement.Requirement{ID: "grace.fails", Deviation: known}, false); err == nil {
		t.Error("a history of no version is no error")
	}
}

// saved writes the directory of a run that judged one requirement of a real
// scenario, and did not judge another.
func saved(t *testing.T, verdict requirement.Verdict, log bool) string {
	t.Helper()
	dir := t.TempDir()
	h := history.New(history.Header{Scenario: "grace/default", Node: "worker", KubeletVersion: "v1.36.4", Started: time.Now()})
	h.Close(time.Now(), "the node went away")
	if err := h.Save(filepath.Join(dir, scenario.HistoryPath("grace/default"))); err != nil {
		t.Fatal(err)
	}
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	var selected []requirement.Requirement
	for _, id := range []string{"grace.default-30", "grace.probe-level"} {
		r, err := catalogue.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		selected = append(selected, r)
	}
	results := []requirement.Result{{Requirement: "grace.default-30", Verdict: verdict},
		{Requirement: "grace.probe-level", Verdict: requirement.NotApplicable, Reason: "version: too old"}}
	meta := reports.Meta{Run: reports.Run{ID: "k7"}}
	if log {
		l, err := reports.CreateLog(filepath.Join(dir, reports.LogFile), meta, selected)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if err := l.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	report, err := reports.New(meta, selected, results)
	if err == nil {
		err = reports.Write(dir, report)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestJudgeKeepsWhatNeedsTheCluster: what did not apply still does not, what was
// judged is judged again, and what was not selected stays out, whether the run
// ended or was killed.
func TestJudgeKeepsWhatNeedsTheCluster(t *testing.T) {
	for _, log := range []bool{false, true} {
		dir := saved(t, requirement.Conformant, log)
		var out bytes.Buffer
		code := execute(t.Context(), []string{"judge", dir}, streams{out: &out, err: &out})
		for _, want := range []string{
			"grace.probe-level  version: too old",
			"grace.default-30: the run said conformant, judged again it is inconclusive",
			"2 verdicts, 1 of them differ from the run's",
		} {
			if code != reports.ExitInconclusive || !strings.Contains(out.String(), want) {
				t.Errorf("exit code %d, no %q in\n%s", code, want, out.String())
			}
		}
	}
}

func TestJudgeUntestable(t *testing.T) {
	note := requirement.Requirement{ID: "a.note", Untestable: "it is a design note"}
	again, err := judgeHistories(t.TempDir(), []requirement.Requirement{note}, nil, false)
	if err != nil || len(again.results) != 1 || again.results[0].Verdict != requirement.NotApplicable || again.results[0].Reason != "untestable: it is a design note" {
		t.Errorf("%+v, %v", again, err)
	}
}
