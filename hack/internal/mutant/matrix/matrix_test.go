package matrix

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func sample() *Matrix {
	m := &Matrix{APIVersion: APIVersion, Kubernetes: "v1.36.4", Command: []string{"mutants"},
		Stock: []Stock{{Seconds: 100, Conformant: 3, Others: map[requirement.Verdict]int{requirement.KnownDeviation: 1}}},
		Mutants: []Mutant{
			{ID: "K01", Component: "kubelet", Breaks: "a | b", History: "https://example.org/1", Outcome: Killed, KilledBy: []string{"r.one"}, Red: []string{"r.one", "r.two"}},
			{ID: "K02", Component: "kubelet", Breaks: "c", Outcome: Survived, Judged: 3},
			{ID: "G09", Component: "kubelet", Breaks: "d", Outcome: Equivalent, Reason: "2 becomes 2"},
			{ID: "K21", Component: "kubelet", Role: "harmless", Breaks: "nothing", Outcome: Fails, Red: []string{"r.three"}},
		},
		Requirements: []Requirement{
			{ID: "r.one", Level: requirement.Must, Stock: requirement.Conformant},
			{ID: "r.two", Level: requirement.Observed, Stock: requirement.Conformant},
			{ID: "r.three", Level: requirement.Must, Stock: requirement.Conformant},
			{ID: "r.four", Level: requirement.Observed, Stock: requirement.KnownDeviation},
			{ID: "r.five", Level: requirement.Must, Stock: requirement.Conformant, Tolerated: true},
		}}
	m.Column()
	return m
}

func TestColumn(t *testing.T) {
	m := sample()
	if got := m.Requirements[1].RedBy; !slices.Equal(got, []string{"K01"}) {
		t.Errorf("r.two is red by %v, want K01", got)
	}
	left := m.Untouched()
	if len(left) != 1 || left[0].ID != "r.three" {
		t.Errorf("untouched: %v, want r.three alone: a control does not count, nor what was not conformant before, nor what may deviate", left)
	}
	if m.Tried() != 2 || m.Count(Killed) != 1 || m.Green() {
		t.Errorf("tried %d, killed %d, green %t", m.Tried(), m.Count(Killed), m.Green())
	}
}

func TestGreen(t *testing.T) {
	m := sample()
	m.Mutants = slices.DeleteFunc(m.Mutants, func(x Mutant) bool { return x.Outcome == Survived || x.Outcome == Fails })
	if !m.Green() {
		t.Error("not green though all that were tried are killed")
	}
}

func TestPage(t *testing.T) {
	m := sample()
	m.Note = "Interrupted."
	page := m.Page()
	for _, want := range []string{"**1 of 2 mutants killed**", `[K01](https://example.org/1) | a \| b |`, "`r.one` and 1 more", "equivalent: 2 becomes 2",
		"control fails", "- MUST (1): `r.three`", "1 known deviation", "Interrupted.\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in the page:\n%s", want, page)
		}
	}
}

func TestWriteAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "matrix.json")
	if err := sample().Write(path); err != nil {
		t.Fatal(err)
	}
	m, err := Read(path)
	if err != nil || len(m.Mutants) != 4 {
		t.Errorf("%v, %v", m, err)
	}
	old := sample()
	old.APIVersion = "hookcheck.dev/mutants/v0"
	if err := old.Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil {
		t.Error("another version is read without an error")
	}
}

func TestMerge(t *testing.T) {
	m := sample()
	m.Merge(&Matrix{Mutants: []Mutant{{ID: "K02", Outcome: Killed, Red: []string{"r.three"}}, {ID: "P01", Outcome: Killed}}, Seconds: 5})
	if len(m.Mutants) != 5 || m.Count(Survived) != 0 || len(m.Untouched()) != 0 || m.Seconds != 5 {
		t.Errorf("%d mutants, %d survived, %d untouched", len(m.Mutants), m.Count(Survived), len(m.Untouched()))
	}
}
