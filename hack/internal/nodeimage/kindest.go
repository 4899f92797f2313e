package nodeimage

import (
	_ "embed" // for the table
	"encoding/json"
	"fmt"
)

//go:embed kindest.json
var kindestTable []byte

// published is a line of kindest.json: an image that a release of kind names in its notes.
type published struct {
	Kubernetes string `json:"kubernetes"`
	Image      string `json:"image"` // with its digest
	Kind       string `json:"kind"`  // the release that published it
}

// kindest returns kind's image for the version, with its digest, or "" where none is known.
func kindest(version string) (string, error) {
	table, err := parseKindest(kindestTable)
	if err != nil {
		return "", err
	}
	for _, p := range table {
		if p.Kubernetes == version {
			return p.Image, nil
		}
	}
	return "", nil
}

func parseKindest(data []byte) ([]published, error) {
	var table []published
	if err := json.Unmarshal(data, &table); err != nil {
		return nil, fmt.Errorf("read the table of published node images: %w", err)
	}
	return table, nil
}
