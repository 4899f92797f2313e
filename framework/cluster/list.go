package cluster

import (
	"context"
	"fmt"
	"io"
	"sync"
	"text/tabwriter"
)

// Listing is a line of `hookcheck cluster list`.
type Listing struct {
	Name    string `json:"name"`
	Nodes   int    `json:"nodes"`
	Version string `json:"version,omitempty"` // "" if not known
	// State is healthy, broken or stopped for a cluster of ours, with the reason
	// after a colon; running or stopped for one of somebody else, into which we
	// do not look; gone for a record without containers.
	State string `json:"state"`
	// Ours is true for a cluster that hookcheck created.
	Ours bool `json:"ours"`
	// Kubeconfig is the path of the kubeconfig of one of ours, "" otherwise.
	Kubeconfig string `json:"kubeconfig,omitempty"`
}

// List returns all kind clusters of this engine, ours and others, by name, and
// those of our records that are no longer there. stateDir "" means
// $XDG_STATE_HOME/hookcheck.
func List(ctx context.Context, stateDir string) ([]Listing, error) {
	probe := NewKind("")
	probe.stateDir = stateDir
	return probe.list(ctx)
}

func (k *Kind) list(ctx context.Context) ([]Listing, error) {
	s, err := k.state()
	if err != nil {
		return nil, err
	}
	all, err := k.engine.containers(ctx, "")
	if err != nil {
		return nil, err
	}
	clusters := map[string][]Container{}
	for _, c := range all {
		clusters[c.Cluster] = append(clusters[c.Cluster], c)
	}
	recorded, err := s.names()
	if err != nil {
		return nil, err
	}
	for _, name := range recorded {
		if _, there := clusters[name]; !there {
			clusters[name] = nil
		}
	}
	names := sortedKeys(clusters)
	listings := make([]Listing, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { listings[i] = k.listOne(ctx, s, name, clusters[name]) })
	}
	wg.Wait()
	return listings, nil
}

// listOne describes one cluster. It looks into it only if it is ours.
func (k *Kind) listOne(ctx context.Context, s state, name string, containers []Container) Listing {
	seen := Seen{Containers: containers}
	seen.Record, seen.RecordErr = s.load(name)
	l := Listing{Name: name, Nodes: kubeNodes(containers), State: "running"}
	for _, c := range containers {
		if v := versionOfImage(c.Image); v != "" {
			l.Version = v
		}
		if !c.Running() {
			l.State = "stopped"
		}
	}
	switch {
	case len(containers) == 0:
		l.Ours, l.State = true, "gone"
		if seen.Record != nil {
			l.Version = seen.Record.Kubernetes
		}
		return l
	case seen.foreign() != "":
		return l
	}
	l.Ours, l.Kubeconfig = true, s.kubeconfigPath(name)
	if seen.Record.Kubernetes != "" {
		l.Version = seen.Record.Kubernetes
	}
	if reasons := stopped(seen); len(reasons) > 0 {
		if l.State == "running" {
			l.State = "broken"
		}
		l.State += ": " + Decision{Reasons: reasons}.Why()
		return l
	}
	one := &Kind{name: name, stateDir: s.dir, engine: k.engine, log: &logger{}}
	if health := one.health(ctx, s); len(health.Problems) > 0 {
		l.State = "broken: " + Decision{Reasons: health.Problems}.Why()
		return l
	}
	l.State = "healthy"
	return l
}

// WriteList writes listings as a table.
func WriteList(w io.Writer, listings []Listing) error {
	if len(listings) == 0 {
		_, err := fmt.Fprintln(w, "There are no kind clusters. Make one with: hookcheck cluster create")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "NAME\tNODES\tVERSION\tSTATE\tOURS\tKUBECONFIG")
	for _, l := range listings {
		ours := "no"
		if l.Ours {
			ours = "yes"
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%s\n", l.Name, l.Nodes, dash(l.Version), l.State, ours, dash(l.Kubeconfig))
	}
	return table.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
