package docs

import (
	"slices"
	"testing"
)

func TestMutants(t *testing.T) {
	trial, err := LoadMutants()
	if err != nil {
		t.Fatal(err)
	}
	if trial.Kubernetes == "" || trial.Started.IsZero() || len(trial.Mutants) < 300 || len(trial.Requirements) < 300 {
		t.Errorf("Kubernetes %q, %s, %d mutants, %d requirements", trial.Kubernetes, trial.Started, len(trial.Mutants), len(trial.Requirements))
	}
	killed := map[string]bool{}
	for _, r := range trial.Requirements {
		caught, missed := trial.Of(r.ID)
		if len(caught) != len(r.RedBy) {
			t.Errorf("%s is red by %q, of which %d are known", r.ID, r.RedBy, len(caught))
		}
		for _, m := range append(caught, missed...) {
			if m.ID == "" || m.Component == "" || m.Breaks == "" || m.Outcome == "" {
				t.Errorf("%s: %+v", r.ID, m)
			}
		}
		for _, m := range caught {
			killed[m.ID] = true
		}
	}
	for _, m := range trial.Mutants {
		if m.Outcome == "killed" && !killed[m.ID] {
			t.Errorf("%s is killed, and no requirement has caught it", m.ID)
		}
	}
	if caught, missed := trial.Of("no.such"); len(caught)+len(missed) > 0 {
		t.Errorf("a requirement that is none: %v %v", caught, missed)
	}
}

func TestMutantsOf(t *testing.T) {
	trial := &Mutants{
		Mutants: []Mutant{
			{ID: "K1", Outcome: "killed", expect: []string{"a.b"}},
			{ID: "K2", Outcome: "killed", expect: []string{"a.c"}},
			{ID: "K3", Outcome: "survived", expect: []string{"a.b", "a.c"}},
			{ID: "F1", Outcome: "control holds", expect: []string{"a.b"}, role: "fix"},
		},
		Requirements: []Mutated{{ID: "a.b", RedBy: []string{"K2", "K1"}}, {ID: "a.c"}},
	}
	ids := func(list []Mutant) (names []string) {
		for _, m := range list {
			names = append(names, m.ID)
		}
		return names
	}
	for _, tc := range []struct {
		requirement    string
		caught, missed []string
	}{
		{"a.b", []string{"K1", "K2"}, []string{"K3"}},
		{"a.c", nil, []string{"K2", "K3"}},
	} {
		caught, missed := trial.Of(tc.requirement)
		if !slices.Equal(ids(caught), tc.caught) || !slices.Equal(ids(missed), tc.missed) {
			t.Errorf("%s: caught %v, missed %v", tc.requirement, ids(caught), ids(missed))
		}
	}
}
