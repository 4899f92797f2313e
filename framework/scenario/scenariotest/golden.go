// Package scenariotest proves that every check can fail. For each scenario of a
// suite there is a good history, recorded on a real cluster
// (testdata/<stem>.jsonl.gz, renewed by `make goldens`), of which every check
// must say conformant. For each check there are edits that change nothing in it
// but what the check is about; of each edited history it must say
// non-conformant. A check without an edit, and an edit without a check, fail the
// test. Where kubelets deviate from what a requirement states, the recorded
// history is the bad one, and an edit mends it: see [Mends].
package scenariotest

import (
	"compress/gzip"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// Bad are the edits by requirement.
type Bad map[string][]Edit

// Run tests the scenarios of an area, which is the name of the suite's package.
func Run(t *testing.T, area string, bad Bad) {
	t.Helper()
	left := maps.Clone(bad)
	for _, s := range scenario.All() {
		if s.Area() != area {
			continue
		}
		t.Run(path.Base(s.Name), func(t *testing.T) {
			deviates := judgeGood(t, s)
			for _, c := range s.Checks {
				edits := left[c.Requirement]
				delete(left, c.Requirement)
				switch mended := slices.ContainsFunc(edits, func(e Edit) bool { return e.mends }); {
				case deviates[c.Requirement] && !mended:
					t.Errorf("%s has no mended history: nobody knows whether its check can pass", c.Requirement)
				case !deviates[c.Requirement] && len(edits) == 0:
					t.Errorf("%s has no bad history: nobody knows whether its check can fail", c.Requirement)
				}
				for _, edit := range edits {
					t.Run(c.Requirement+"/"+edit.Name, func(t *testing.T) { judgeBad(t, s, c.Requirement, edit) })
				}
			}
		})
	}
	for _, id := range slices.Sorted(maps.Keys(left)) {
		t.Errorf("an edit for %s, which no scenario of %s checks", id, area)
	}
}

func judgeBad(t *testing.T, s *scenario.Scenario, id string, edit Edit) {
	h := Golden(t, s)
	if edit.Do(h) == 0 {
		t.Fatal("the edit changed nothing")
	}
	for _, r := range s.Judge(h, func(other string) bool { return other == id }) {
		if edit.mends {
			if r.Verdict != requirement.Conformant {
				t.Errorf("%s of a mended history: %s", r.Verdict, r.Reason)
			}
			continue
		}
		if r.Verdict != requirement.NonConformant {
			t.Errorf("%s of a bad history: %s", r.Verdict, r.Reason)
		}
		if r.Expected == "" || r.Seen == "" {
			t.Errorf("the verdict does not say what was expected (%q) and seen (%q)", r.Expected, r.Seen)
		}
	}
}

// Golden reads the good history of a scenario from the suite's testdata.
func Golden(t *testing.T, s *scenario.Scenario) *history.History {
	t.Helper()
	h, err := read(filepath.Join("testdata", path.Base(s.Name)+".jsonl.gz"))
	if err != nil {
		t.Fatalf("%v (`make goldens` takes the good histories from the last run)", err)
	}
	return h
}

// Case is the good history of a scenario, given by name (area/stem), and what one of
// its checks says of a history: for what a [Bad] edit cannot show, such as that it
// says inconclusive.
func Case(t *testing.T, name, id string) (h *history.History, check func(*history.History) (verdict, reason string)) {
	t.Helper()
	s, err := scenario.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return Golden(t, s), func(h *history.History) (verdict, reason string) {
		t.Helper()
		results := s.Judge(h, func(other string) bool { return other == id })
		if len(results) != 1 {
			t.Fatalf("%s: %d results of %s, want 1", name, len(results), id)
		}
		return string(results[0].Verdict), results[0].Reason
	}
}

func read(file string) (*history.History, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return history.Decode(unpacked)
}
