// Package matrix holds what a trial of mutants found: which requirement turned red for which mutant, which mutants
// live, and which requirements no mutant has turned red. It is written as JSON and as a page of Markdown.
package matrix

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// APIVersion is the version of the type [Matrix].
const APIVersion = "hookcheck.dev/mutants/v1"

// Outcome is what became of a mutant or a control.
type Outcome string

// The outcomes.
const (
	// Killed: a requirement that the definition names, or a close relative, was non-conformant.
	Killed Outcome = "killed"
	// Survived: none of those was, though all were judged.
	Survived Outcome = "survived"
	// Unclear: the run gave no answer.
	Unclear Outcome = "unclear"
	// Equivalent and NotTried say that the mutant was built and not run.
	Equivalent Outcome = "equivalent"
	NotTried   Outcome = "not tried"
	// Holds and Fails are the outcomes of a control.
	Holds Outcome = "control holds"
	Fails Outcome = "control fails"
)

// Matrix is the result of a trial.
type Matrix struct {
	APIVersion string    `json:"apiVersion"`
	Command    []string  `json:"command"`
	Started    time.Time `json:"started"` // UTC
	Seconds    float64   `json:"seconds"` // wall time, with the runs of the stock behaviour
	Kubernetes string    `json:"kubernetes"`
	// Note is what a reader must know besides: a trial that was interrupted, for one.
	Note string `json:"note,omitempty"`
	// Stock are the runs with no mutant active, before and after.
	Stock   []Stock  `json:"stock"`
	Mutants []Mutant `json:"mutants"`
	// Requirements are those that were judged on the stock behaviour.
	Requirements []Requirement `json:"requirements"`
}

// Stock is a run with no mutant active.
type Stock struct {
	Seconds    float64 `json:"seconds"`
	Conformant int     `json:"conformant"`
	// Others counts the other verdicts.
	Others map[requirement.Verdict]int `json:"others,omitempty"`
}

// Mutant is the line of one mutant, or control.
type Mutant struct {
	ID        string   `json:"id"`
	Component string   `json:"component"`
	Breaks    string   `json:"breaks"`
	History   string   `json:"history,omitempty"`
	Role      string   `json:"role,omitempty"`
	Contested string   `json:"contested,omitempty"`
	Expect    []string `json:"expect"`
	Outcome   Outcome  `json:"outcome"`
	// Reason is the argument of an equivalent mutant, what one that was not tried needs, or why the outcome is
	// unclear.
	Reason string `json:"reason,omitempty"`
	// KilledBy are the requirements of the definition that were non-conformant; Red are all that were.
	KilledBy []string `json:"killedBy,omitempty"`
	Red      []string `json:"red,omitempty"`
	// Passed are the requirements that turned from known deviation to unexpected pass.
	Passed []string `json:"passed,omitempty"`
	// Judged is how many requirements got a verdict with the mutant active.
	Judged  int     `json:"judged,omitempty"`
	Seconds float64 `json:"seconds,omitempty"`
}

// Requirement is the column of one requirement.
type Requirement struct {
	ID      string              `json:"id"`
	Level   requirement.Level   `json:"level"`
	Profile requirement.Profile `json:"profile"`
	// Stock is the verdict with no mutant active.
	Stock requirement.Verdict `json:"stock"`
	// Tolerated says that a violation is a known deviation on this version, also where the stock behaviour showed none:
	// nothing turns it red, and a control shows that its check can tell (role: fix).
	Tolerated bool `json:"tolerated,omitempty"`
	// RedBy are the mutants for which it was non-conformant.
	RedBy []string `json:"redBy,omitempty"`
}

// Column fills RedBy of every requirement from the mutants' lines.
func (m *Matrix) Column() {
	index := map[string]int{}
	for i := range m.Requirements {
		m.Requirements[i].RedBy = nil
		index[m.Requirements[i].ID] = i
	}
	for _, mutant := range m.Mutants {
		if mutant.Role != "" {
			continue // a control shows nothing about a requirement's strength
		}
		for _, id := range mutant.Red {
			if i, ok := index[id]; ok {
				m.Requirements[i].RedBy = append(m.Requirements[i].RedBy, mutant.ID)
			}
		}
	}
}

// Count returns how many mutants, controls left out, have the outcome.
func (m *Matrix) Count(outcome Outcome) (n int) {
	for _, mutant := range m.Mutants {
		if mutant.Role == "" && mutant.Outcome == outcome {
			n++
		}
	}
	return n
}

// Tried returns how many mutants, controls left out, were run.
func (m *Matrix) Tried() int { return m.Count(Killed) + m.Count(Survived) + m.Count(Unclear) }

// Green returns whether every mutant that was tried was killed and every control holds.
func (m *Matrix) Green() bool {
	return !slices.ContainsFunc(m.Mutants, func(x Mutant) bool {
		return x.Outcome == Survived || x.Outcome == Unclear || x.Outcome == Fails
	})
}

// canTurnRed says of a requirement whether it was conformant on the stock behaviour, and would be non-conformant else.
func (r Requirement) canTurnRed() bool { return r.Stock == requirement.Conformant && !r.Tolerated }

// Untouched are the requirements that could have turned red and that no mutant turned red.
func (m *Matrix) Untouched() (left []Requirement) {
	for _, r := range m.Requirements {
		if len(r.RedBy) == 0 && r.canTurnRed() {
			left = append(left, r)
		}
	}
	return left
}

// Write writes the matrix as JSON.
func (m *Matrix) Write(path string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// Read reads what Write wrote.
func Read(path string) (*Matrix, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var m Matrix
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if m.APIVersion != APIVersion {
		return nil, fmt.Errorf("%s is of version %q, want %q", path, m.APIVersion, APIVersion)
	}
	return &m, nil
}

// Merge takes the lines of a later trial in place of those of the same mutants, and adds new ones.
func (m *Matrix) Merge(later *Matrix) {
	m.Command, m.Started, m.Kubernetes = later.Command, later.Started, later.Kubernetes
	m.Seconds += later.Seconds
	m.Stock = append(m.Stock, later.Stock...)
	for _, mutant := range later.Mutants {
		if i := slices.IndexFunc(m.Mutants, func(x Mutant) bool { return x.ID == mutant.ID }); i >= 0 {
			m.Mutants[i] = mutant
		} else {
			m.Mutants = append(m.Mutants, mutant)
		}
	}
	for _, r := range later.Requirements {
		if i := slices.IndexFunc(m.Requirements, func(x Requirement) bool { return x.ID == r.ID }); i >= 0 {
			m.Requirements[i] = r
		} else {
			m.Requirements = append(m.Requirements, r)
		}
	}
	m.Column()
}
