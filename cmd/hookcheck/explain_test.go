package main

import (
	"encoding/json"
	"strings"
	"testing"

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
