package requirement_test

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func mustLoadClaims(t *testing.T) *requirement.Ledger {
	t.Helper()
	l, err := requirement.LoadClaims()
	if err != nil {
		t.Fatalf("the embedded ledger does not load:\n%v", err)
	}
	return l
}

func TestClaimsNameRequirements(t *testing.T) {
	for _, id := range mustLoadClaims(t).Unknown(mustLoad(t)) {
		t.Errorf("the ledger names %s, which is no requirement", id)
	}
}

func TestEmbeddedClaims(t *testing.T) {
	l := mustLoadClaims(t)
	source := regexp.MustCompile(`^(https://(kubernetes\.io/docs/|github\.com/kubernetes/)\S+|(pkg|staging/src/k8s\.io)/\S+\.go \([^()]+\))$`)
	claims := map[string]string{}
	for _, c := range l.Claims {
		if other, twice := claims[c.Claim]; twice {
			t.Errorf("%s says the same as %s", c.ID, other)
		}
		claims[c.Claim] = c.ID
		for i, s := range c.Source {
			if !source.MatchString(s) || slices.Contains(c.Source[:i], s) {
				t.Errorf("%s: source %q", c.ID, s)
			}
		}
		for _, text := range []string{c.Claim, c.Reason} {
			if strings.ContainsAny(text, "\n\t") || strings.Contains(text, "  ") {
				t.Errorf("%s: text is not one line with single spaces: %q", c.ID, text)
			}
		}
	}
}

const goodClaims = `documents:
- id: a-book
  title: A book
  about: It is about hooks.
claims:
- id: a-book-01
  claim: Hooks run.
  verdict: holds
  reason: They do.
  source: [https://kubernetes.io/docs/]
  requirements: [prestop.once]
- id: a-book-02
  claim: Hooks do not run.
  verdict: refuted
  reason: They do.
  source: [https://kubernetes.io/docs/]
  requirements: [prestop.once, prestop.twice]
contradictions:
- question: Do hooks run?
  claims: [a-book-01, a-book-02]
  decision: They do.
  requirements: [prestop.once]
`

func loadClaimsFrom(text string) (*requirement.Ledger, error) {
	return requirement.LoadClaimsFS(fstest.MapFS{"claims.yaml": {Data: []byte(text)}})
}

func TestLoadClaims(t *testing.T) {
	l, err := loadClaimsFrom(goodClaims)
	if err != nil {
		t.Fatal(err)
	}
	c, err := requirement.LoadFS(catalogueOf(map[string]string{"prestop.yaml": strings.Replace(good, "before-term", "once", 1)}))
	if err != nil {
		t.Fatal(err)
	}
	if unknown := l.Unknown(c); !slices.Equal(unknown, []string{"prestop.twice"}) {
		t.Errorf("unknown %q", unknown)
	}
}

func TestLoadClaimsErrors(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"unknown field", "title: A book", "titel: A book", `unknown field "titel"`},
		{"document twice", "claims:\n- id: a-book-01", "- {id: a-book, title: A, about: B.}\nclaims:\n- id: a-book-01", "document a-book: the id is there twice"},
		{"document with capitals", "- id: a-book\n", "- id: A-Book\n", `document "A-Book": the id is not`},
		{"document without a title", "title: A book", `title: ""`, "document a-book: a title and a sentence"},
		{"document without claims", "claims:\n- id: a-book-01", "- {id: b-book, title: B, about: B.}\nclaims:\n- id: a-book-01", "document b-book: no claim of it"},
		{"claim twice", "id: a-book-02", "id: a-book-01", "claim a-book-01: the id is there twice"},
		{"claim of no document", "id: a-book-02", "id: c-book-01", `claim "c-book-01": the id is not that of a document`},
		{"claim without a number", "id: a-book-02", "id: a-book", `claim "a-book": the id is not that of a document`},
		{"number left out", "id: a-book-02", "id: a-book-03", "claim a-book-03: its number is 03, the next one of a-book is 02"},
		{"no sentence", "claim: Hooks run.", "claim: Hooks run", "claim a-book-01: claim and reason must be sentences"},
		{"no reason", "reason: They do.\n  source: [https://kubernetes.io/docs/]\n  requirements: [prestop.once]", "source: [x]", "claim a-book-01: claim and reason must be sentences"},
		{"unknown verdict", "verdict: holds", "verdict: true", `verdict "true" is none of`},
		{"another verdict", "verdict: holds", "verdict: correct", `claim a-book-01: verdict "correct" is none of`},
		{"no source", "source: [https://kubernetes.io/docs/]\n  requirements: [prestop.once]\n", "source: []\n", "claim a-book-01: no source"},
		{"no id of a requirement", "[prestop.once, prestop.twice]", "[once]", `claim a-book-02: "once" is not the id of a requirement`},
		{"requirement twice", "[prestop.once, prestop.twice]", "[prestop.once, prestop.once]", "requirement prestop.once is there twice"},
		{"proof of what nobody sees", "verdict: refuted", "verdict: not observable", "it is not observable, and requirements prove it"},
		{"contradiction without a question", "question: Do hooks run?", "question: Hooks", `contradiction "Hooks": question, claims, decision and requirements`},
		{"contradiction of an unknown claim", "claims: [a-book-01, a-book-02]", "claims: [a-book-09]", "there is no claim a-book-09"},
		{"contradiction of no requirement", "decision: They do.\n  requirements: [prestop.once]", "decision: They do.\n  requirements: [Once]", `"Once" is not the id of a requirement`},
		{"nothing", goodClaims, "documents: []\n", "no claim in it"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(goodClaims, tc.old) {
				t.Fatalf("no %q in the example", tc.old)
			}
			l, err := loadClaimsFrom(strings.Replace(goodClaims, tc.old, tc.new, 1))
			if err == nil || l != nil || !strings.HasPrefix(err.Error(), "claims.yaml: ") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, %v; want %q", l, err, tc.want)
			}
		})
	}
	if _, err := requirement.LoadClaimsFS(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// FuzzLoadClaims: whatever the bytes, the answer is an error or a valid ledger.
func FuzzLoadClaims(f *testing.F) {
	f.Add([]byte(goodClaims))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := loadClaimsFrom(string(data))
		if (err == nil) == (l == nil) {
			t.Fatalf("%v, %v", l, err)
		}
		if l != nil && l.Validate() != nil {
			t.Error("an invalid ledger was loaded")
		}
	})
}
