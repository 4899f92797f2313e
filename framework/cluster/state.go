package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// recordSchema is the version of Record's layout.
const recordSchema = 1

// A Record is the proof that a cluster is ours: what was created, and the ids
// of the containers that are it. See the package documentation.
type Record struct {
	// Schema is the version of this layout, 1.
	Schema int `json:"schema"`
	// Name is the kind cluster's name.
	Name string `json:"name"`
	// Kubernetes is the version asked for, like v1.36.4; "" where only an
	// image was named and its version was not known before it ran.
	Kubernetes string `json:"kubernetes,omitempty"`
	// Image is the node image's reference.
	Image string `json:"image"`
	// FeatureGates are those that were set.
	FeatureGates map[string]bool `json:"featureGates,omitempty"`
	// Created is when the creation began, by this machine's clock.
	Created time.Time `json:"created"`
	// Complete is true once the cluster was seen ready.
	Complete bool `json:"complete"`
	// Containers are the node containers: id to what else is known of each.
	Containers map[string]RecordedContainer `json:"containers"`
}

// RecordedContainer is what a record holds of a node container.
type RecordedContainer struct {
	// Name is the container's name, like hookcheck-control-plane.
	Name string `json:"name"`
}

// parseRecord reads a record and refuses layouts that it does not know.
func parseRecord(data []byte) (*Record, error) {
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	if r.Schema != recordSchema {
		return nil, fmt.Errorf("its schema is %d, this hookcheck knows %d", r.Schema, recordSchema)
	}
	if err := ValidateName(r.Name); err != nil {
		return nil, err
	}
	return &r, nil
}

// state is the directory in which hookcheck keeps what outlives a run.
type state struct{ dir string }

// defaultStateDir returns $XDG_STATE_HOME/hookcheck. As the XDG base directory
// specification demands, a relative $XDG_STATE_HOME counts as unset, and unset
// means ~/.local/state.
func defaultStateDir() (string, error) {
	if base := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "hookcheck"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", environmentf("find a directory for hookcheck's state: %w; set XDG_STATE_HOME to an absolute path", err)
	}
	return filepath.Join(home, ".local", "state", "hookcheck"), nil
}

func (s state) recordPath(name string) string {
	return filepath.Join(s.dir, "clusters", name+".json")
}

func (s state) kubeconfigPath(name string) string {
	return filepath.Join(s.dir, name+".kubeconfig")
}

// logsPath returns a directory for logs exported at the given time; the name
// sorts by time and two exports of one second do not meet.
func (s state) logsPath(name string, at time.Time) string {
	return filepath.Join(s.dir, "logs", name+"-"+at.UTC().Format("20060102T150405.000Z"))
}

// load returns the record of the named cluster, or nil if there is none.
func (s state) load(name string) (*Record, error) {
	if ValidateName(name) != nil {
		return nil, nil // we never create such a one, and it may not be a file name
	}
	data, err := os.ReadFile(s.recordPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the record of cluster %q: %w", name, err)
	}
	r, err := parseRecord(data)
	if err != nil {
		return nil, fmt.Errorf("read the record of cluster %q in %s: %w", name, s.recordPath(name), err)
	}
	if r.Name != name {
		return nil, fmt.Errorf("read the record of cluster %q in %s: it is about %q", name, s.recordPath(name), r.Name)
	}
	return r, nil
}

// save writes the record so that a reader sees the old one or the new one, and
// a crash leaves one of them.
func (s state) save(r *Record) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the record of cluster %q: %w", r.Name, err)
	}
	path := s.recordPath(r.Name)
	if err := writeAtomic(path, append(data, '\n')); err != nil {
		return environmentf("write the record of cluster %q: %w; make %s writable, or set XDG_STATE_HOME", r.Name, err, s.dir)
	}
	return nil
}

// forget removes the record and the kubeconfig of the named cluster.
func (s state) forget(name string) error {
	for _, path := range []string{s.kubeconfigPath(name), s.recordPath(name)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return environmentf("forget cluster %q: %w", name, err)
		}
	}
	return nil
}

// names lists the clusters that have a record, readable or not.
func (s state) names() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.dir, "clusters"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, environmentf("list hookcheck's clusters: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && ValidateName(name) == nil {
			names = append(names, name)
		}
	}
	return names, nil
}

func writeAtomic(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails after the rename, as it should
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
