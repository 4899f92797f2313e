package reports

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// sampleLedger has one claim for each standing that the mixed report leads to.
func sampleLedger() *requirement.Ledger {
	claim := func(id string, v requirement.ClaimVerdict, requirements ...string) requirement.Claim {
		return requirement.Claim{ID: id, Claim: "Hooks run.", Verdict: v, Reason: "They do.", Source: []string{hooksDoc}, Requirements: requirements}
	}
	return &requirement.Ledger{
		Documents: []requirement.Document{{ID: "a-book", Title: "A book", Year: 2021, About: "It is about hooks."}, {ID: "a", Title: "Another", About: "It is, too."}},
		Claims: []requirement.Claim{
			claim("a-book-01", requirement.Holds, "prestop.before-term"),
			claim("a-book-02", requirement.Refuted, "prestop.before-term", "grace.default-30"),
			claim("a-book-03", requirement.HoldsWithin, "prestop.before-term", "grace.budget-shared"),
			claim("a-book-04", requirement.NotObservable),
			claim("a-01", requirement.DependsOnVersion, "prestop.sleep", "env.hostname"),
			claim("a-02", requirement.Holds, "sleep.cut-short"),
			claim("a-03", requirement.Holds, "delete.shorter"),
			claim("a-04", requirement.Holds, "poststart.failure-kills", "prestop.before-term"),
		},
		Contradictions: []requirement.Contradiction{{Question: "Do hooks run?", Claims: []string{"a-book-01", "a-book-02"}, Decision: "They do.",
			Requirements: []string{"prestop.before-term"}}},
	}
}

func TestJudgeClaims(t *testing.T) {
	claims := JudgeClaims(sampleLedger(), samples(t)["mixed"])
	want := map[string]Standing{
		"a-book-01": Supported,    // conformant
		"a-book-02": Contradicted, // one violated, though the claim is refuted
		"a-book-03": Open,         // one inconclusive
		"a-book-04": NotJudged,    // nothing proves it
		"a-01":      NotJudged,    // not applicable, and not selected
		"a-02":      Supported,    // a known deviation
		"a-03":      Contradicted, // an unexpected pass
		"a-04":      Open,         // one not run
	}
	for _, c := range claims.Claims {
		if c.Standing != want[c.ID] {
			t.Errorf("%s is %s, want %s", c.ID, c.Standing, want[c.ID])
		}
	}
	if len(claims.Claims) != len(want) || claims.Contradictions[0].Standing != Supported || claims.Run == "" {
		t.Errorf("%+v", claims)
	}
	if p := claims.Claims[0].Proofs[0]; p.Verdict != requirement.Conformant || p.History != "histories/prestop/exec_before_term.json" || len(p.Evidence) != 2 {
		t.Errorf("the evidence is missing: %+v", p)
	}
	var ids []string
	for _, c := range claims.Contradicted() {
		ids = append(ids, c.ID)
	}
	if !slices.Equal(ids, []string{"a-book-02", "a-03"}) {
		t.Errorf("contradicted: %q", ids)
	}
	only := claims.Only(requirement.Refuted, requirement.NotObservable)
	if len(only.Claims) != 2 || len(only.Contradictions) != 0 || len(claims.Claims) != len(want) || len(claims.Only().Claims) != len(want) {
		t.Errorf("only: %+v", only)
	}
	for _, c := range JudgeClaims(sampleLedger(), Report{}).Claims {
		if c.Standing != NotJudged {
			t.Errorf("without a run %s is %s", c.ID, c.Standing)
		}
	}
}

func TestWriteClaims(t *testing.T) {
	write := func(c Claims) string {
		var b bytes.Buffer
		if err := WriteClaims(&b, c, TableOptions{Dir: "artifacts", Width: 120}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	golden(t, "claims.120.txt", write(JudgeClaims(sampleLedger(), samples(t)["mixed"])))
	none := write(JudgeClaims(sampleLedger(), Report{}))
	if !strings.Contains(none, "\na-book-02  refuted\n") || !strings.Contains(none, "no run: ") || strings.Contains(none, "not judged") || strings.Contains(none, "LEDGER") {
		t.Errorf("without a run:\n%s", none)
	}
	evil := sampleLedger()
	evil.Claims[0].Claim = "\x1b[2J\u202eHooks run."
	if out := write(JudgeClaims(evil, Report{})); strings.ContainsAny(out, "\x1b\u202e") {
		t.Errorf("control characters got through: %q", out)
	}
}
