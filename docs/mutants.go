package docs

import (
	_ "embed" // the matrix
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

//go:embed mutants.json
var mutants []byte

// Mutants is the last committed trial of mutants: which ways of breaking Kubernetes
// on purpose the requirements have caught. hack/mutants writes it.
type Mutants struct {
	// Started is when the trial began, Kubernetes what was broken.
	Started    time.Time `json:"started"`
	Kubernetes string    `json:"kubernetes"`
	// Mutants are all that were built, also those that were not tried.
	Mutants []Mutant `json:"mutants"`
	// Requirements have the ids of those that turned them red.
	Requirements []Mutated `json:"requirements"`
}

// A Mutant is one documented behaviour that was broken.
type Mutant struct {
	ID string `json:"id"`
	// Component is the part of Kubernetes that was changed.
	Component string `json:"component"`
	// Breaks is the sentence that is no longer true, History a change upstream that
	// once made it so.
	Breaks  string `json:"breaks"`
	History string `json:"history,omitempty"`
	// Outcome is what came of the trial: killed, survived, not tried, ….
	Outcome string `json:"outcome"`

	expect []string
	role   string
}

// Mutated is a requirement and what turned it red.
type Mutated struct {
	ID    string   `json:"id"`
	RedBy []string `json:"redBy"`
}

// UnmarshalJSON reads a mutant with its role (none: it breaks something) and the
// requirements that it is aimed at, which are not written again.
func (m *Mutant) UnmarshalJSON(data []byte) error {
	type plain Mutant
	var line struct {
		plain
		Expect []string `json:"expect"`
		Role   string   `json:"role"`
	}
	err := json.Unmarshal(data, &line)
	*m = Mutant(line.plain)
	m.expect, m.role = line.Expect, line.Role
	return err
}

// LoadMutants reads the trial.
func LoadMutants() (*Mutants, error) {
	t := &Mutants{}
	if err := json.Unmarshal(mutants, t); err != nil {
		return nil, fmt.Errorf("docs/mutants.json: %w", err)
	}
	return t, nil
}

// Of returns the mutants that a requirement turned red for, and of the others those
// that were aimed at it, in the order of the trial.
func (t *Mutants) Of(requirement string) (caught, missed []Mutant) {
	caught = []Mutant{} // a list also in JSON
	var red []string
	for _, r := range t.Requirements {
		if r.ID == requirement {
			red = r.RedBy
		}
	}
	for _, m := range t.Mutants {
		switch {
		case slices.Contains(red, m.ID):
			caught = append(caught, m)
		case m.role == "" && slices.Contains(m.expect, requirement):
			missed = append(missed, m)
		}
	}
	return caught, missed
}
