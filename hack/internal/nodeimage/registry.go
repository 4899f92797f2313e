package nodeimage

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// dockerHub is where kindest/node is published.
const dockerHub = "https://registry-1.docker.io"

// patience is how long a registry may take to answer. One that is far answers within a second; a firewall that
// drops packets never does, and nobody should wait for it.
const patience = 3 * time.Second

// registry is a container registry that may or may not be in reach.
type registry struct {
	base   string
	client *http.Client // nil: http.DefaultClient, which respects HTTPS_PROXY
}

// answers returns nil where the registry speaks the distribution protocol: to /v2/ it says 200, or 401 to a client
// that has yet to ask for a token. It says nothing about one image.
func (r registry) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+"/v2/", nil)
	if err != nil {
		return fmt.Errorf("ask the registry: %w", err)
	}
	client := r.client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the registry does not answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusUnauthorized {
		return fmt.Errorf("the registry answers %s", resp.Status)
	}
	return nil
}

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
