package main

import (
	"os"
	"slices"
	"sync"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

// sink takes what a run tells: into the log of results, and to the user.
type sink struct {
	log      *reports.Log
	progress *reports.Progress

	mu      sync.Mutex
	results []requirement.Result
}

// newSink begins with the results that there are already; selected are the
// requirements that have none yet.
func newSink(s streams, log *reports.Log, selected []requirement.Requirement, results []requirement.Result) *sink {
	wanted := map[string]bool{}
	for _, r := range selected {
		wanted[r.ID] = true
	}
	scenarios := 0
	for _, sc := range scenario.All() {
		for _, c := range sc.Checks {
			if wanted[c.Requirement] {
				scenarios++
				break
			}
		}
	}
	return &sink{log: log, results: slices.Clone(results), progress: reports.NewProgress(s.err, reports.IsTerminal(s.err, os.Getenv),
		func() int { return reports.Width(s.err) }, scenarios, len(selected))}
}

func (s *sink) Started(scenario string) { s.progress.Started(scenario) }

func (s *sink) Finished(scenario string, results []requirement.Result) {
	s.progress.Finished(scenario, results)
}

func (s *sink) Warn(text string) { s.progress.Note("warning: " + text) }

// Result implements run.Sink: the result is on disk when it returns.
func (s *sink) Result(r requirement.Result) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.log.Append(r); err != nil {
		return err
	}
	s.results = append(s.results, r)
	return nil
}

func (s *sink) close() { s.progress.Close() }
