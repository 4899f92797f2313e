package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// killedBy reads from the matrix of hack/mutants which mutants hookcheck was tried on, and which it killed.
func killedBy(path string) (map[string]bool, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read what hookcheck catches: %w; `make mutants` writes it", err)
	}
	var matrix struct {
		Mutants []struct {
			ID     string `json:"id"`
			Killed bool   `json:"killed"`
		} `json:"mutants"`
	}
	if err := json.Unmarshal(data, &matrix); err != nil {
		return nil, fmt.Errorf("read what hookcheck catches from %s: %w", path, err)
	}
	killed := map[string]bool{}
	for _, m := range matrix.Mutants {
		killed[m.ID] = m.Killed
	}
	return killed, nil
}
