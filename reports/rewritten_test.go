package reports

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/rewrite"
)

// TestRewritten: what the platform changed is told once a scenario, whatever the
// verdicts are, and survives the way through report.json.
func TestRewritten(t *testing.T) {
	grace := rewrite.Change{Pod: "p", Field: "spec.terminationGracePeriodSeconds", Written: "60", Stored: "30"}
	proxy := rewrite.Change{Pod: "q", Field: "spec.containers[proxy]", Stored: "{}"}
	results := sampleGood()
	for i, of := range []string{"prestop/second", "grace/first", "prestop/second"} {
		results[i].Scenario = of
		results[i].Rewritten = []rewrite.Change{grace}
		if of == "grace/first" {
			results[i].Rewritten = []rewrite.Change{proxy}
		}
	}
	report := mustNew(t, sampleMeta(), results)
	want := fmt.Sprint([]Rewrite{{"grace/first", proxy}, {"prestop/second", grace}})
	if got := fmt.Sprint(report.Rewritten); got != want || report.Outcome != Conformant {
		t.Errorf("%s: %s", report.Outcome, got)
	}
	data, err := encode(report)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(data)
	if err != nil || fmt.Sprint(back.Rewritten) != want {
		t.Errorf("read again: %v, %v", back.Rewritten, err)
	}
	var fields struct {
		Rewritten []map[string]string `json:"rewritten"`
	}
	if err := json.Unmarshal(data, &fields); err != nil || len(fields.Rewritten) != 2 ||
		fmt.Sprint(fields.Rewritten[1]) != "map[field:spec.terminationGracePeriodSeconds pod:p scenario:prestop/second stored:30 written:60]" {
		t.Errorf("in report.json: %v, %v", fields.Rewritten, err)
	}
}

// TestRewrittenIsInTheMessage: who reads only the message must not take the
// kubelet for the culprit.
func TestRewrittenIsInTheMessage(t *testing.T) {
	entry := Entry{Result: sampleRewritten()[0]}
	const want = "the platform rewrote the pod exec-before-term: spec.containers[app].lifecycle.preStop was removed; "
	if got := failureMessage(entry); !strings.HasPrefix(got, want) || !strings.Contains(got, "expected end of the preStop hook") {
		t.Errorf("JUnit: %s", got)
	}
	if got := bad(entry.Result); !strings.Contains(got, want) {
		t.Errorf("progress: %s", got)
	}
	entry.Rewritten = nil
	if got := failureMessage(entry); !strings.HasPrefix(got, "expected ") || strings.Contains(got, "rewrote") {
		t.Errorf("JUnit, nothing rewritten: %s", got)
	}
	var properties []string
	for _, p := range caseProperties(Entry{Result: sampleRewritten()[1]}) {
		properties = append(properties, p.Name+"="+p.Value)
	}
	if got := strings.Join(properties, "\n"); !strings.Contains(got, "rewritten=the platform rewrote the pod sleep-four: spec.containers[istio-proxy] was added") {
		t.Errorf("properties of a conformant case:\n%s", got)
	}
}

func TestRewrittenListIsCapped(t *testing.T) {
	results := sampleGood()
	for n := range rewrittenLines + 3 {
		results[0].Rewritten = append(results[0].Rewritten, rewrite.Change{Pod: fmt.Sprintf("p%d", n), Field: "spec.hostNetwork", Stored: "true"})
	}
	out := render(t, mustNew(t, sampleMeta(), results), TableOptions{Dir: "out"})
	if !strings.Contains(out, "rewritten by the platform  43 fields of 43 pods\n") || !strings.Contains(out, "… 3 more fields in out/report.json\n") ||
		strings.Count(out, "spec.hostNetwork, which was not written, is true") != rewrittenLines {
		t.Errorf("table:\n%s", out)
	}
	if results[0].Verdict != requirement.Conformant {
		t.Error("the sample is no good one any more")
	}
}
