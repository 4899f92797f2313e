package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/hack/internal/peer"
	"github.com/hookcheck/hookcheck/reports"
)

// recordFile is the name of the record in the directory of artifacts.
const recordFile = "peer.json"

// ours is the name of hookcheck's runs beside those of the sets.
const ours = "hookcheck"

// Record is what was measured, by one call or several with the same directory.
type Record struct {
	Date       string       `json:"date"` // of the latest run
	Kubernetes string       `json:"kubernetes"`
	Cores      int          `json:"cores"`
	Runs       []Run        `json:"runs"`
	Trials     []peer.Trial `json:"trials,omitempty"`
}

// Run is one run of a set, or of hookcheck.
type Run struct {
	Suite       string   `json:"suite"`
	Procs       int      `json:"procs"`
	Seconds     float64  `json:"seconds"`     // wall time
	SpecSeconds float64  `json:"specSeconds"` // what the specs, or scenarios, took one by one
	Passed      []string `json:"passed"`      // specs, or requirements that were judged and not found violated
	Failed      []string `json:"failed,omitempty"`
	NotRun      []string `json:"notRun,omitempty"` // specs that skipped themselves, or requirements without a verdict
}

// readRecord reads the record of a directory; where there is none it is empty.
func readRecord(path string) (Record, error) {
	var r Record
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return r, fmt.Errorf("read the record: %w", err)
	}
	return r, nil
}

func (r Record) write(path string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// find returns the run of a suite; false where there is none.
func (r Record) find(suite string, procs int) (Run, bool) {
	i := slices.IndexFunc(r.Runs, func(run Run) bool { return run.Suite == suite && run.Procs == procs })
	if i < 0 {
		return Run{}, false
	}
	return r.Runs[i], true
}

// put adds a run in place of an earlier one of the same kind.
func (r *Record) put(run Run) {
	r.Runs = slices.DeleteFunc(r.Runs, func(old Run) bool { return old.Suite == run.Suite && old.Procs == run.Procs })
	r.Runs = append(r.Runs, run)
}

// upstreamRun is a run of a set.
func upstreamRun(set peer.Set, procs int, asked []string, result peer.Result) Run {
	run := Run{Suite: string(set), Procs: procs, Seconds: result.Seconds, SpecSeconds: result.SpecSeconds(), Failed: result.Failed()}
	for _, name := range asked {
		i := slices.IndexFunc(result.Specs, func(s peer.Spec) bool { return s.Name == name })
		switch {
		case slices.Contains(run.Failed, name):
		case i >= 0 && result.Specs[i].State == "passed":
			run.Passed = append(run.Passed, name)
		default:
			run.NotRun = append(run.NotRun, name)
		}
	}
	return run
}

// ourRun is a run of hookcheck. Several requirements are judged from one scenario, which counts once.
func ourRun(procs int, report reports.Report) Run {
	run := Run{Suite: ours, Procs: procs, Seconds: report.Run.Seconds}
	counted := map[string]bool{}
	for _, e := range report.Results {
		if !counted[e.Scenario] {
			counted[e.Scenario] = true
			run.SpecSeconds += e.Seconds
		}
		switch e.Verdict {
		case requirement.Conformant, requirement.KnownDeviation:
			run.Passed = append(run.Passed, e.Requirement)
		case requirement.NonConformant, requirement.UnexpectedPass:
			run.Failed = append(run.Failed, e.Requirement)
		default:
			run.NotRun = append(run.NotRun, e.Requirement)
		}
	}
	return run
}
