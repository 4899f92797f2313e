package main

import (
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

func reportOf(verdicts map[string]requirement.Verdict) (r reports.Report) {
	for id, v := range verdicts {
		r.Summary.Add(v)
		r.Results = append(r.Results, reports.Entry{Result: requirement.Result{Requirement: id, Verdict: v}, Area: "grace"})
	}
	return r
}

func TestText(t *testing.T) {
	got := text([]judgement{
		{fakes[0], reportOf(map[string]requirement.Verdict{"a": requirement.Conformant, "b": requirement.Conformant, "c": requirement.NonConformant})},
		{fakes[1], reportOf(map[string]requirement.Verdict{"a": requirement.Conformant, "b": requirement.NonConformant, "c": requirement.Inconclusive})},
	})
	for _, want := range []string{"| 2 | 1 | 0 |", "| 1 | 1 | 1 |", "1 requirements are conformant on all", "- grace (1): `a`\n", "Besides, on kwok (1): `b`.\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
}

func TestChoose(t *testing.T) {
	if got, err := choose([]string{"hollow"}); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := choose([]string{"kubemark"}); err == nil {
		t.Error("an unknown fake is taken")
	}
}
