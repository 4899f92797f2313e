package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

func TestExplain(t *testing.T) {
	for _, tc := range []struct {
		args string
		code int
		says []string
	}{
		{"explain grace.default-30", 0, []string{"grace.default-30 MUST, profile core", "source https://kubernetes.io/", "suites/grace/default.go:",
			"recorded histories/grace/default.jsonl", "kubectl -n try-hooks delete pods --all --wait=false", "# await termination", "name: default-grace"}},
		{"explain env.pod-as-written", 0, []string{"What it has caught: ways to break Kubernetes v1.", "M1 admission, where this no longer held: The preStop hooks of a pod are stored"}},
		{"explain grace.default-30 -o fixture", 0, []string{"apiVersion: v1 kind: Pod metadata: name: default-grace"}},
		{"explain grace.default-30 -o yaml", 0, []string{"id: grace.default-30", "scenario: grace/default", "- await readiness"}},
		{"explain grace.defalt-30", 2, []string{`did you mean "grace.default-30"?`, "hookcheck list"}},
		{"explain grace.default-30 -o jsn", 2, []string{`did you mean "json"?`}},
		{"explain", 2, []string{"accepts 1 arg"}},
	} {
		t.Run(tc.args, func(t *testing.T) {
			code, out := runCommand(t, strings.Fields(tc.args)...)
			flat := strings.Join(strings.Fields(out), " ")
			for _, says := range tc.says {
				if code != tc.code || !strings.Contains(flat, says) {
					t.Errorf("exit code %d, want %d, and %q in\n%s", code, tc.code, says, out)
				}
			}
		})
	}
}

// TestExplainEverything: each requirement has an explanation that names its check,
// or why there is none, and no line of the text is lost.
func TestExplainEverything(t *testing.T) {
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range catalogue.All() {
		x, err := explain(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if (x.Check == "") != (r.Untestable != "") || (x.Fixture == "") != (r.Untestable != "") {
			t.Errorf("%s: check %q, fixture of %d bytes, untestable %q", r.ID, x.Check, len(x.Fixture), r.Untestable)
		}
		flat := strings.Join(strings.Fields(x.text(80)), " ")
		d := r.Deviation
		if d == nil {
			d = &requirement.Deviation{}
		}
		for _, part := range append([]string{r.Sentence, r.Note, r.Elsewhere, r.Untestable, d.Documented, d.Actual, d.Issue}, r.Source...) {
			if !strings.Contains(flat, strings.Join(strings.Fields(part), " ")) {
				t.Errorf("%s: the text lacks %q", r.ID, part)
			}
		}
	}
}

func TestExplainJSON(t *testing.T) {
	code, out := runCommand(t, "explain", "grace.default-30", "-o", "json")
	var x explanation
	if err := json.Unmarshal([]byte(out), &x); code != 0 || err != nil || x.ID != "grace.default-30" || x.Level != requirement.Must || len(x.Steps) != 4 || len(x.ByHand) < 8 {
		t.Errorf("exit code %d, %v: %+v", code, err, x)
	}
}

func TestExplainMutants(t *testing.T) {
	m := func(id, outcome string) docs.Mutant {
		return docs.Mutant{ID: id, Component: "kubelet", Breaks: "Hooks run.", Outcome: outcome}
	}
	for _, tc := range []struct {
		name           string
		caught, missed []docs.Mutant
		says           []string
	}{
		{"none", nil, nil, []string{"tried on 2026-11-21", "none No mutant of that trial has turned it red."}},
		{"caught", []docs.Mutant{m("K1", "killed")}, nil, []string{"K1 kubelet, where this no longer held: Hooks run."}},
		{"missed", nil, []docs.Mutant{m("K2", "survived"), m("K3", "killed")}, []string{"none No mutant", "K2 not caught by it (survived): Hooks run.", "K3 not caught by it (others caught it): Hooks run."}},
	} {
		p := sheet{width: 100}
		mutants{Kubernetes: "v1.36.4", Tried: "2026-11-21", Caught: tc.caught, Missed: tc.missed}.text(&p)
		flat := strings.Join(strings.Fields(p.String()), " ")
		for _, says := range tc.says {
			if !strings.Contains(flat, says) {
				t.Errorf("%s: no %q in\n%s", tc.name, says, p.String())
			}
		}
	}
}
