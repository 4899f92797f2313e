package main

import (
	"fmt"

	"github.com/hookcheck/hookcheck/hack/internal/mutant/matrix"
)

// killedBy reads from the matrix of hack/mutants which mutants hookcheck was tried on, and which it killed.
func killedBy(path string) (map[string]bool, error) {
	m, err := matrix.Read(path)
	if err != nil {
		return nil, fmt.Errorf("read what hookcheck catches: %w; `make mutants` writes it", err)
	}
	killed := map[string]bool{}
	for _, x := range m.Mutants {
		switch x.Outcome {
		case matrix.Killed, matrix.Survived, matrix.Unclear:
			killed[x.ID] = x.Outcome == matrix.Killed
		}
	}
	return killed, nil
}
