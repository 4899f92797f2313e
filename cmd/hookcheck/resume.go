package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// goOn makes the next part of the run in a directory. Nothing is written there
// before the cluster is known to be the same.
func (o *runOptions) goOn(s streams, dir string) (_ *part, err error) {
	root, err := filepath.EvalSymlinks(dir) // _artifacts/latest may soon be another
	if err != nil {
		return nil, usage("--resume: %w: name the directory of a run", err)
	}
	p := &part{dir: artifacts{root: root}, began: time.Now()}
	p.log, p.before, err = reports.OpenLog(p.dir.path(reports.LogFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage("--resume: %s has no %s: name the directory that a run wrote, such as _artifacts/latest", dir, reports.LogFile)
	case errors.Is(err, reports.ErrBusy):
		return nil, usage("--resume: the run in %s is still going on: %w", dir, err)
	case err != nil:
		return nil, fmt.Errorf("--resume: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.log.Close())
		}
	}()
	if p.ended, err = p.before.Report(); err != nil {
		return nil, fmt.Errorf("--resume %s: %w", dir, err)
	}
	p.selected = p.before.Header.Selected
	switch {
	case p.ended.Run.DryRun:
		return nil, usage("--resume: %s is a dry run, which has nothing to go on with", dir)
	case len(p.missing()) == 0:
		return nil, usage("--resume: nothing is missing in %s: all %d requirements have a result; `hookcheck report %s` shows them", dir, len(p.selected), dir)
	}
	if p.recorded, err = unchanged(root, p.before.Results); err != nil {
		return nil, usage("--resume: %w", err)
	}
	if p.before.Header.Cluster.ServerVersion == "" { // a log of before clusters stood in it
		recall(s, root, &p.before.Header.Meta)
	}
	p.meta = p.before.Header.Meta
	p.meta.Suite = suite()
	catalogue, err := requirement.Load()
	if err != nil {
		return nil, err
	}
	p.meta.Catalogue = reports.CatalogueOf(catalogue.All(), p.selected)
	o.takeOver(&p.meta)
	if err := p.sameRun(); err != nil {
		return nil, err
	}
	p.meta.Cluster = reports.Cluster{RuntimeClass: o.runtimeClass}
	return p, nil
}

// takeOver lets what the user did not say be what the first part had, and puts what
// was said into the meta.
func (o *runOptions) takeOver(meta *reports.Meta) {
	said := o.meta(o.noKnown)
	set := func(flag string, take func()) {
		if o.given(flag) {
			take()
		}
	}
	set("profile", func() { meta.Selection.Profile = said.Profile })
	set("requirement", func() { meta.Selection.Requirements = said.Requirements })
	set("label-filter", func() { meta.Selection.LabelFilter = said.LabelFilter })
	set("level", func() { meta.Selection.Level = said.Level })
	set("no-known", func() { meta.Selection.NoKnown = said.NoKnown })
	set("runtime-class", func() { meta.Cluster.RuntimeClass = o.runtimeClass })
	o.noKnown, o.runtimeClass = meta.Selection.NoKnown, meta.Cluster.RuntimeClass
	if o.node == "" && len(meta.Cluster.Nodes) == 1 {
		o.node = meta.Cluster.Nodes[0].Name
	}
}

// sameRun refuses to go on where what is judged, or what judges, is another than
// before.
func (p *part) sameRun() error {
	if !p.resumes() {
		return nil
	}
	differences := reports.Departures(p.before.Header.Meta, p.meta)
	if len(differences) == 0 {
		return nil
	}
	var what []string
	for _, d := range differences {
		what = append(what, fmt.Sprintf("%s is %s, was %s", d.What, said(d.B), said(d.A)))
	}
	return usage("--resume: this would be another run than the one in %s, and two do not mix: %s; make it the same again, or begin a new run", p.dir.root, strings.Join(what, "; "))
}

func said(value string) string {
	if value == "" {
		return "not given"
	}
	return value
}

// resume writes down that the run goes on.
func (p *part) resume() error {
	after := reports.AfterKilled
	if end := p.before.End; end != nil {
		after = reports.AfterFailed
		if end.Run.Interrupted {
			after = reports.AfterInterrupted
		}
	}
	hostname, _ := os.Hostname()
	r := reports.Resumption{At: p.began.UTC(), Hostname: hostname, Command: os.Args, After: after,
		Kept: len(p.before.Results), Seconds: p.ended.Run.Seconds}
	p.meta.Run.Resumed = append(p.before.Resumed, r)
	return p.log.Resume(p.before, r)
}

// unchanged returns the digests of the histories that results follow from, by
// scenario. One that is gone or was changed is an error: nobody could judge the
// whole again.
func unchanged(dir string, results []requirement.Result) (map[string]string, error) {
	digests := map[string]string{}
	for _, r := range results {
		if r.HistoryDigest == "" || digests[r.Scenario] != "" {
			continue
		}
		if !filepath.IsLocal(r.History) {
			return nil, fmt.Errorf("%s: the history %q is not below %s", r.Requirement, r.History, dir)
		}
		digest, err := history.Digest(filepath.Join(dir, filepath.FromSlash(r.History)))
		if err != nil {
			return nil, fmt.Errorf("the verdict on %s has lost its history: %w; begin a new run", r.Requirement, err)
		}
		if digest != r.HistoryDigest {
			return nil, fmt.Errorf("%s in %s is not the history that the verdict on %s follows from; begin a new run", r.History, dir, r.Requirement)
		}
		digests[r.Scenario] = digest
	}
	return digests, nil
}
