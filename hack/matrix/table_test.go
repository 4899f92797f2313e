package main

import (
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

func TestTable(t *testing.T) {
	entry := func(id string, v requirement.Verdict, reason, outcome string) reports.Entry {
		return reports.Entry{Result: requirement.Result{Requirement: id, Verdict: v, Reason: reason, Outcome: outcome}}
	}
	older := reports.Report{Results: []reports.Entry{
		entry("a.same", requirement.Conformant, "", ""),
		entry("b.version", requirement.NotApplicable, "version: holds since 1.36, the kubelet is 1.35.0", ""),
		entry("c.outcome", requirement.Conformant, "", "first"),
	}}
	newer := reports.Report{ExitCode: reports.ExitNonConformant, Results: []reports.Entry{
		entry("a.same", requirement.Conformant, "", ""),
		entry("b.version", requirement.Conformant, "", ""),
		entry("c.outcome", requirement.Conformant, "", "second"),
		entry("d.new", requirement.NonConformant, "expected one, seen none", ""),
	}}
	var out strings.Builder
	if table(&out, []string{"v1.35.0", "v1.36.4"}, []reports.Report{older, newer}) {
		t.Error("the newer one was not conformant")
	}
	_, differences, _ := strings.Cut(out.String(), "\n\n")
	want := `b.version
  v1.35.0   not applicable: version: holds since 1.36, the kubelet is 1.35.0
  v1.36.4   conformant: 

c.outcome
  v1.35.0   conformant: first
  v1.36.4   conformant: second

d.new
  v1.36.4   non-conformant: expected one, seen none
`
	if differences != want {
		t.Errorf("%s\nwant\n%s", differences, want)
	}
	out.Reset()
	if !table(&out, []string{"v1.35.0"}, []reports.Report{older}) {
		t.Error("the older one was conformant")
	}
}
