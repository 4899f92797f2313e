package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// A part is a run, or what goes on with one that ended early. Both write the same
// log, and the report is on the whole.
type part struct {
	dir      artifacts
	log      *reports.Log
	meta     reports.Meta
	selected []requirement.Requirement // by the whole run
	began    time.Time
	// before is what the parts before left; ended their report.
	before reports.Record
	ended  reports.Report
	// recorded are the digests of the histories that verdicts of before follow from,
	// by scenario.
	recorded map[string]string
	ready    bool // the cluster is known, and that the part begins is written down
}

// begin makes the first part of a run, which mostly is the whole.
func (o *runOptions) begin(s streams) (*part, error) {
	selected, err := o.resolve()
	if err != nil {
		return nil, err
	}
	p := &part{selected: selected, began: time.Now()}
	id := o.name
	if id == "" {
		id = runID(p.began)
	}
	if p.dir, err = makeArtifacts(o.artifacts, id); err != nil {
		return nil, err
	}
	catalogue, err := requirement.Load()
	if err != nil {
		return nil, err
	}
	hostname, _ := os.Hostname()
	p.meta = reports.Meta{
		Run:       reports.Run{ID: id, Started: p.began.UTC(), Hostname: hostname, Command: os.Args, DryRun: o.dryRun},
		Suite:     suite(),
		Cluster:   reports.Cluster{RuntimeClass: o.runtimeClass},
		Selection: o.meta(o.noKnown),
		Catalogue: reports.CatalogueOf(catalogue.All(), selected),
	}
	if p.log, err = reports.CreateLog(p.dir.path(reports.LogFile), p.meta, selected); err != nil {
		return nil, err
	}
	p.dir.linkLatest(s.err) // now: what is killed is the last run, too
	return p, nil
}

func (p *part) resumes() bool { return p.ended.Run.ID != "" }

// missing are the selected requirements without a result of an earlier part.
func (p *part) missing() []requirement.Requirement {
	return slices.DeleteFunc(slices.Clone(p.selected), func(r requirement.Requirement) bool {
		return slices.ContainsFunc(p.before.Results, func(result requirement.Result) bool { return result.Requirement == r.ID })
	})
}

// setUp writes down which cluster is judged, as soon as it is known: with the names
// by which it was found, those of the session.
func (p *part) setUp(c reports.Cluster) error {
	c.Context, c.Provider, c.UID = p.meta.Cluster.Context, p.meta.Cluster.Provider, p.meta.Cluster.UID
	p.meta.Cluster = c
	if p.resumes() {
		if err := p.sameRun(); err != nil {
			return err
		}
		if err := p.resume(); err != nil {
			return err
		}
	}
	p.ready = true
	return p.log.SetUp(c)
}

// report ends the part and joins all results.
func (p *part) report(s streams, results []requirement.Result) (reports.Report, error) {
	p.meta.Run.Ended = time.Now().UTC()
	p.meta.Run.Seconds = p.ended.Run.Seconds + time.Since(p.began).Seconds()
	if p.resumes() {
		p.meta.Weight = p.ended.Weight.Plus(p.meta.Weight)
		recall(s, p.dir.root, &p.meta)
	}
	report, err := reports.New(p.meta, p.selected, results)
	if err != nil {
		return report, errors.Join(fmt.Errorf("make the report of %s: %w", p.dir.root, err), p.log.Close())
	}
	return report, nil
}
