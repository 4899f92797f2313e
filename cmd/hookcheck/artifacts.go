package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hookcheck/hookcheck/reports"
)

// artifacts is the directory in which a run writes.
type artifacts struct {
	root string
	link string // that shall point to root; empty for none
}

func (a artifacts) path(name string) string { return filepath.Join(a.root, name) }

// makeArtifacts makes the directory: what the flag says, else $ARTIFACTS, else
// _artifacts/<run>. One that holds another run is refused.
func makeArtifacts(flag, run string) (artifacts, error) {
	a := artifacts{root: flag}
	if a.root == "" {
		a.root = os.Getenv("ARTIFACTS")
	}
	if a.root == "" {
		a.root = filepath.Join("_artifacts", run)
		a.link = filepath.Join("_artifacts", latestRun)
	}
	if err := os.MkdirAll(a.root, 0o755); err != nil {
		return a, fmt.Errorf("make the artifacts directory: %w; name another with --artifacts", err)
	}
	if _, err := os.Stat(a.path(reports.LogFile)); err == nil {
		return a, usage("%s holds another run: name an empty directory with --artifacts", a.root)
	}
	probe, err := os.CreateTemp(a.root, ".writable-*")
	if err != nil {
		return a, fmt.Errorf("the artifacts directory cannot be written to: %w; name another with --artifacts", err)
	}
	_ = probe.Close()
	return a, os.Remove(probe.Name())
}

// linkLatest lets _artifacts/latest point to the run. A failure is a warning:
// the results are where they are.
func (a artifacts) linkLatest(warn io.Writer) {
	if a.link == "" {
		return
	}
	next := a.link + ".next"
	_ = os.Remove(next)
	err := os.Symlink(filepath.Base(a.root), next)
	if err == nil {
		err = os.Rename(next, a.link)
	}
	if err != nil {
		fmt.Fprintln(warn, "hookcheck: warning:", err)
	}
}
