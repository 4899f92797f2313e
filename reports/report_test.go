package reports

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func TestDecide(t *testing.T) {
	failed := Run{Error: "no cluster"}
	stopped := Run{Interrupted: true}
	both := Run{Interrupted: true, Error: "context cancelled"}
	for _, c := range []struct {
		name    string
		summary Summary
		run     Run
		outcome Outcome
		code    int
	}{
		{"all conformant", Summary{Conformant: 61}, Run{}, Conformant, 0},
		{"some not applicable", Summary{Conformant: 1, NotApplicable: 60}, Run{}, Conformant, 0},
		{"one violated", Summary{Conformant: 60, NonConformant: 1}, Run{}, NonConformant, 1},
		{"one unexpected pass", Summary{Conformant: 60, UnexpectedPass: 1}, Run{}, NonConformant, 1},
		{"an unexpected pass wins over inconclusive", Summary{UnexpectedPass: 1, Inconclusive: 9}, Run{}, NonConformant, 1},
		{"known deviations", Summary{Conformant: 60, KnownDeviation: 9}, Run{}, Conformant, 0},
		{"nothing but known deviations", Summary{KnownDeviation: 9, NotApplicable: 1}, Run{}, Conformant, 0},
		{"known deviations and one inconclusive", Summary{KnownDeviation: 9, Inconclusive: 1}, Run{}, Inconclusive, 3},
		{"violated wins over inconclusive", Summary{NonConformant: 1, Inconclusive: 9, NotRun: 9}, Run{}, NonConformant, 1},
		{"violated wins over a failed set-up", Summary{NonConformant: 1, NotRun: 9}, failed, NonConformant, 1},
		{"one inconclusive", Summary{Conformant: 60, Inconclusive: 1}, Run{}, Inconclusive, 3},
		{"one not run", Summary{Conformant: 60, NotRun: 1}, Run{}, Inconclusive, 3},
		{"nothing selected", Summary{}, Run{}, Inconclusive, 3},
		{"nothing applies", Summary{NotApplicable: 61}, Run{}, Inconclusive, 3},
		{"set-up failed", Summary{NotRun: 61}, failed, Error, 3},
		{"set-up failed after all", Summary{Conformant: 61}, failed, Error, 3},
		{"interrupted", Summary{Conformant: 3, NotRun: 58}, stopped, Interrupted, 130},
		{"interrupted wins over violated", Summary{NonConformant: 3}, stopped, Interrupted, 130},
		{"interrupted wins over complete", Summary{Conformant: 61}, stopped, Interrupted, 130},
		{"interrupted wins over a failed set-up", Summary{NotRun: 61}, both, Interrupted, 130},
	} {
		t.Run(c.name, func(t *testing.T) {
			if outcome, code := Decide(c.summary, c.run); outcome != c.outcome || code != c.code {
				t.Errorf("got %s, %d; want %s, %d", outcome, code, c.outcome, c.code)
			}
		})
	}
}

func TestSummaryCountsEveryVerdict(t *testing.T) {
	var s Summary
	for i, v := range requirement.Verdicts {
		for range i + 1 {
			s.Add(v)
		}
	}
	for i, v := range requirement.Verdicts {
		if got := s.Count(v); got != i+1 {
			t.Errorf("%s: got %d, want %d", v, got, i+1)
		}
	}
	if n := len(requirement.Verdicts); s.Total() != n*(n+1)/2 {
		t.Errorf("total %d, want %d", s.Total(), n*(n+1)/2)
	}
	if len(displayOrder) != len(requirement.Verdicts) || len(colours) != len(requirement.Verdicts) {
		t.Error("a verdict has no place or no colour in the table")
	}
	before := s.Inconclusive
	if s.Add("passed"); s.Inconclusive != before+1 {
		t.Errorf("an unknown verdict is not counted as inconclusive: %+v", s)
	}
}

func TestNew(t *testing.T) {
	report := mustNew(t, sampleMeta(), sampleMixed())
	if report.APIVersion != APIVersion {
		t.Errorf("apiVersion %q", report.APIVersion)
	}
	if want := (Summary{Conformant: 2, NonConformant: 1, UnexpectedPass: 1, Inconclusive: 1, NotRun: 1, KnownDeviation: 1, NotApplicable: 1}); report.Summary != want {
		t.Errorf("summary %+v, want %+v", report.Summary, want)
	}
	var ids []string
	for _, entry := range report.Results {
		ids = append(ids, entry.Requirement)
	}
	if !slices.IsSorted(ids) || len(ids) != 8 {
		t.Errorf("ids %v: want all eight, sorted", ids)
	}
	if c := report.Catalogue; c.Count != 9 || c.Selected != 8 {
		t.Errorf("catalogue %+v, want 8 of 9 selected", c)
	}
	entry := report.Results[2]
	if entry.Requirement != "grace.default-30" || entry.Area != "grace" || entry.Level != requirement.Must || entry.Sentence == "" || entry.Note == "" || len(entry.Source) != 1 || report.Results[0].Deviation == nil {
		t.Errorf("the catalogue's words are missing: %+v", entry)
	}
}

func TestNewSaysWhyNotRun(t *testing.T) {
	for _, c := range []struct {
		name   string
		run    Run
		reason string
	}{
		{"interrupted", Run{Interrupted: true, Error: "context cancelled"}, "interrupted: the run ended before this requirement was judged"},
		{"set-up", Run{Error: "no nodes:\n  none is ready"}, "setup-failed: no nodes: none is ready"},
		{"lost", Run{}, "no-result: the run ended, but no check gave a verdict on this requirement"},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := mustNew(t, Meta{Run: c.run}, nil)
			for _, entry := range report.Results {
				if entry.Verdict != requirement.NotRun || entry.Reason != c.reason {
					t.Errorf("%s: %s, %q; want not run, %q", entry.Requirement, entry.Verdict, entry.Reason, c.reason)
				}
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	selected := sampleSelected()
	good := sampleGood()
	for _, c := range []struct {
		name     string
		selected []requirement.Requirement
		results  []requirement.Result
		want     string
	}{
		{"a second result", selected, append(slices.Clone(good), good[2]), "grace.default-30: two results in one run"},
		{"a requirement selected twice", append(slices.Clone(selected), selected[0]), good, "prestop.before-term: selected twice"},
		{"a result nobody asked for", selected[1:], good, "prestop.before-term: a result, but the requirement was not selected"},
		{"an unknown verdict", selected, []requirement.Result{{Requirement: selected[0].ID, Verdict: "passed"}}, `prestop.before-term: unknown verdict "passed"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(sampleMeta(), c.selected, c.results)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestDigest(t *testing.T) {
	base := sampleSelected()
	want := Digest(base)
	if !strings.HasPrefix(want, "sha256:") || len(want) != len("sha256:")+64 {
		t.Fatalf("digest %q", want)
	}
	// printf 'a.b\tMUST\tOne two.\n' | sha256sum
	if got := Digest([]requirement.Requirement{{ID: "a.b", Level: requirement.Must, Sentence: "One two."}}); got != "sha256:70c1fcaef63a39f5c69b9a0afb0aaa418e0d5405e27f703fa5dd945276db13b3" {
		t.Errorf("digest of one: %s", got)
	}
	for _, c := range []struct {
		name   string
		change func(list []requirement.Requirement) []requirement.Requirement
		same   bool
	}{
		{"order", func(l []requirement.Requirement) []requirement.Requirement { slices.Reverse(l); return l }, true},
		{"white space", func(l []requirement.Requirement) []requirement.Requirement {
			l[0].Sentence = strings.ReplaceAll(l[0].Sentence, " ", "\n  ")
			return l
		}, true},
		{"note", func(l []requirement.Requirement) []requirement.Requirement { l[0].Note = "x"; return l }, true},
		{"id", func(l []requirement.Requirement) []requirement.Requirement { l[0].ID += "x"; return l }, false},
		{"level", func(l []requirement.Requirement) []requirement.Requirement {
			l[0].Level = requirement.Should
			return l
		}, false},
		{"sentence", func(l []requirement.Requirement) []requirement.Requirement { l[0].Sentence += "!"; return l }, false},
		{"one less", func(l []requirement.Requirement) []requirement.Requirement { return l[1:] }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Digest(c.change(sampleSelected())); (got == want) != c.same {
				t.Errorf("same digest: %t, want %t", got == want, c.same)
			}
		})
	}
}

func TestReportJSON(t *testing.T) {
	report := samples(t)["mixed"]
	data, err := encode(report)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "mixed.json", string(data))
	hostile, err := encode(samples(t)["hostile"])
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "hostile.json", string(hostile))
	again, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(report, again) {
		t.Errorf("changed by writing and reading:\n%+v\n%+v", report, again)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"nothing", "", "not a report"},
		{"another thing", `{"kind":"Pod"}`, `apiVersion is ""; this hookcheck reads "hookcheck.dev/report/v1"`},
		{"another version", `{"apiVersion":"hookcheck.dev/report/v2"}`, `apiVersion is "hookcheck.dev/report/v2"`},
		{"two of them", `{"apiVersion":"hookcheck.dev/report/v1"}{}`, "something follows its end"},
		{"wrong types", `{"apiVersion":"hookcheck.dev/report/v1","results":3}`, "not a report"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"apiVersion":"hookcheck.dev/report/v1","results":[{"requirement":"a.b","verdict":"conformant"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := Parse(data)
		if err == nil && report.APIVersion != APIVersion {
			t.Errorf("took apiVersion %q", report.APIVersion)
		}
	})
}
