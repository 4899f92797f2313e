package main

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

//go:embed catalogue
var catalogue embed.FS

// definition is one way to break a kubelet.
type definition struct {
	ID       string   `json:"id"`
	Breaks   string   `json:"breaks"`   // the documented behaviour
	File     string   `json:"file"`     // in k8s.io/kubernetes
	Find     string   `json:"find"`     // stands exactly once in File
	Replace  string   `json:"replace"`  // with what
	Expected []string `json:"expected"` // requirements that must turn red
}

// load reads a definition by its id.
func load(id string) (definition, error) {
	var d definition
	data, err := catalogue.ReadFile("catalogue/" + id + ".yaml")
	if err != nil {
		return d, fmt.Errorf("no mutant %q: see hack/mutants/catalogue", id)
	}
	if err := yaml.UnmarshalStrict(data, &d); err != nil {
		return d, fmt.Errorf("mutant %s: %w", id, err)
	}
	if d.ID != id || d.Breaks == "" || d.File == "" || d.Find == "" || d.Find == d.Replace || len(d.Expected) == 0 {
		return d, fmt.Errorf("mutant %s: id, breaks, file, find, replace and expected must be there, and find and replace differ", id)
	}
	return d, nil
}

// apply changes the source tree. A text that is not there, or there more than
// once, is an error: the mutant would be another one than meant.
func (d definition) apply(tree string) error {
	path := filepath.Join(tree, filepath.FromSlash(d.File))
	source, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("mutant %s: %w", d.ID, err)
	}
	if n := strings.Count(string(source), d.Find); n != 1 {
		return fmt.Errorf("mutant %s: %q stands %d times in %s, want once: the definition is of another version", d.ID, d.Find, n, d.File)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(source), d.Find, d.Replace, 1)), 0o644)
}
