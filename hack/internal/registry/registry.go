// Package registry tells whether a container registry is in reach, for tools that can do without one.
package registry

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// DockerHub is where kindest/node and nginx are published.
const DockerHub = "https://registry-1.docker.io"

// patience is how long a registry may take to answer. One that is far answers within a second; a firewall that
// drops packets never does, and nobody should wait for it.
const patience = 3 * time.Second

// Registry is a container registry that may or may not be in reach.
type Registry struct {
	Base   string       // its URL
	Client *http.Client // nil: http.DefaultClient, which respects HTTPS_PROXY
}

// Answers returns nil where the registry speaks the distribution protocol: to /v2/ it says 200, or 401 to a client
// that has yet to ask for a token. It says nothing about one image.
func (r Registry) Answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Base+"/v2/", nil)
	if err != nil {
		return fmt.Errorf("ask the registry: %w", err)
	}
	client := r.Client
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
