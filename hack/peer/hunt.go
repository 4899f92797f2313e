package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/binaries"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/lab"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/policy"
	"github.com/hookcheck/hookcheck/hack/internal/peer"
	"github.com/hookcheck/hookcheck/hack/mutants/catalogue"
)

// What -mutants may say beside ids.
const (
	noMutants   = "none"
	hookMutants = "hooks" // those in the sources by which a kubelet handles hooks
	allMutants  = "all"
)

// huntingProcs is how many specs run at once while a mutant is on: the conformance set is done in one go, and the other
// specs on hooks in little more than the time of the longest.
const huntingProcs = 5

// hookSources are where a kubelet runs hooks, and stops containers with them.
var hookSources = []string{"pkg/kubelet/lifecycle/", "pkg/kubelet/kuberuntime/kuberuntime_container.go"}

// choose picks the mutants to try. leftOut says of others that were asked for why they are not: one line each.
func choose(all []mutant.Definition, what string) (chosen []mutant.Definition, leftOut []string, err error) {
	var asked []mutant.Definition
	switch what {
	case allMutants:
		asked = all
	case hookMutants:
		for _, d := range all {
			if d.Component == mutant.Kubelet && slices.ContainsFunc(d.Source, func(c mutant.Change) bool { return ofHooks(c.File) }) {
				asked = append(asked, d)
			}
		}
	default:
		if asked, err = mutant.Select(all, strings.Split(what, ",")); err != nil {
			return nil, nil, err
		}
	}
	for _, d := range asked {
		if why := unfit(d); why != "" {
			leftOut = append(leftOut, d.ID+": "+why)
			continue
		}
		chosen = append(chosen, d)
	}
	return chosen, leftOut, nil
}

func ofHooks(file string) bool {
	return slices.ContainsFunc(hookSources, func(prefix string) bool { return strings.HasPrefix(file, prefix) })
}

// unfit says why a mutant cannot be tried on upstream's specs, or nothing.
func unfit(d mutant.Definition) string {
	switch {
	case d.Role != mutant.Breaks:
		return "a control, not a mutant"
	case d.Status() == mutant.Equivalent || d.Status() == mutant.Needing:
		return string(d.Status())
	default:
		return ""
	}
}

// untried are the mutants of which the record has no certain outcome.
func (r Record) untried(chosen []mutant.Definition) []mutant.Definition {
	return slices.DeleteFunc(slices.Clone(chosen), func(d mutant.Definition) bool {
		return slices.ContainsFunc(r.Trials, func(t peer.Trial) bool { return t.ID == d.ID && t.Open == "" })
	})
}

// putTrial adds an outcome in place of an earlier one.
func (r *Record) putTrial(trial peer.Trial) {
	r.Trials = append(slices.DeleteFunc(r.Trials, func(old peer.Trial) bool { return old.ID == trial.ID }), trial)
	slices.SortFunc(r.Trials, func(a, b peer.Trial) int { return strings.Compare(a.ID, b.ID) })
}

// hunt tries mutants in their laboratory, as long as the budget lasts, and notes each outcome. A mutant that could not be
// tried is an error, and the others are tried all the same.
func hunt(ctx context.Context, o options, coverage peer.Coverage, record *Record, stderr io.Writer) (err error) {
	all, err := mutant.Load(catalogue.FS)
	if err != nil {
		return err
	}
	chosen, leftOut, err := choose(all, o.mutants)
	if err != nil {
		return err
	}
	for _, line := range leftOut {
		fmt.Fprintf(stderr, "not tried: %s\n", line)
	}
	todo := record.untried(chosen)
	if len(todo) == 0 {
		return nil
	}
	l, err := openLab(ctx, o, all, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close(context.WithoutCancel(ctx))) }()
	o.kind = l.Name
	m, err := prepare(ctx, o, coverage, stderr)
	if err != nil {
		return err
	}
	// What a call that was killed left would spoil the run without mutants.
	if err := errors.Join(policy.RemoveAll(ctx, m.client), peer.Tidy(ctx, m.client, "")); err != nil {
		return err
	}
	h, err := m.hunter(ctx, o)
	if err != nil {
		return err
	}
	t := trials{o: o, m: m, hunt: h, board: &board{set: l.Switch}, record: record, end: time.Now().Add(o.budget)}
	together, alone := apart(todo)
	err = t.all(ctx, together, o.jobs)
	return errors.Join(err, t.all(ctx, alone, 1))
}

// apart separates mutants that can be tried side by side from those that act on the whole node.
func apart(definitions []mutant.Definition) (together, alone []mutant.Definition) {
	for _, d := range definitions {
		if d.Status() == mutant.TriedAlone {
			alone = append(alone, d)
		} else {
			together = append(together, d)
		}
	}
	return together, alone
}

// trials tries mutants one by one or side by side.
type trials struct {
	o      options
	m      measurement
	hunt   peer.Hunt
	board  *board
	end    time.Time // when no other is begun
	mu     sync.Mutex
	record *Record
}

// all tries mutants, so many at once.
func (t *trials) all(ctx context.Context, definitions []mutant.Definition, jobs int) error {
	var group errgroup.Group
	group.SetLimit(jobs)
	failures := make([]error, len(definitions))
	for i, d := range definitions {
		group.Go(func() error {
			if ctx.Err() == nil {
				failures[i] = t.one(ctx, d, fmt.Sprintf("t%d-", i))
			}
			return nil
		})
	}
	return errors.Join(group.Wait(), errors.Join(failures...), ctx.Err())
}

// one tries a mutant in namespaces whose names begin with the prefix.
func (t *trials) one(ctx context.Context, d mutant.Definition, prefix string) error {
	if time.Now().After(t.end) {
		t.m.logf("mutant %s is left for the next call with -artifacts %s: the budget of %s is used up", d.ID, t.o.dir, t.o.budget)
		return nil
	}
	outcome, err := t.hunt.Try(ctx, peer.Mutant{ID: d.ID, Prefix: prefix, On: t.on(d, prefix)})
	if err != nil {
		t.m.logf("%v", err)
		return err
	}
	t.m.logf("mutant %s: %s, %.0f s", d.ID, describe(outcome), outcome.Seconds)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.record.putTrial(outcome)
	return t.o.note(t.record)
}

// on is how a mutant is turned on for namespaces that begin with the prefix.
func (t *trials) on(d mutant.Definition, prefix string) func(context.Context) (func(context.Context) error, error) {
	change, ofPods := podChange(d)
	return func(ctx context.Context) (func(context.Context) error, error) {
		switch {
		case ofPods:
			p := policy.New(change, prefix)
			off := func(ctx context.Context) error { return p.Remove(ctx, t.m.client) }
			return off, p.Apply(ctx, t.m.client)
		case d.Status() == mutant.TriedAlone:
			return t.board.turn(ctx, d.ID, "*")
		default:
			return t.board.turn(ctx, d.ID, prefix)
		}
	}
}

// podChange is the definition of what the API server is to change in pods, where a mutant is turned on by that: one of
// admission, and a wrapper of runc, whose RuntimeClass upstream's pods do not name by themselves.
func podChange(d mutant.Definition) (change mutant.Definition, ofPods bool) {
	if d.Component == mutant.Runtime {
		class := fmt.Sprintf("Object{spec: Object.spec{runtimeClassName: %q}}", lab.Class(d.ID))
		return mutant.Definition{ID: d.ID, Component: mutant.Admission, Mutations: []mutant.Mutation{{ApplyConfiguration: class}}}, true
	}
	return d, d.Component == mutant.Admission
}

// board is the switch of a laboratory, which is set for all mutants at once, for trials side by side.
type board struct {
	set func(ctx context.Context, on map[string]string) error
	mu  sync.Mutex
	on  map[string]string
}

// turn turns a mutant on for namespaces that begin with a prefix, and returns what turns it off.
func (b *board) turn(ctx context.Context, id, prefix string) (off func(context.Context) error, err error) {
	return func(ctx context.Context) error { return b.change(ctx, func(on map[string]string) { delete(on, id) }) },
		b.change(ctx, func(on map[string]string) { on[id] = prefix })
}

func (b *board) change(ctx context.Context, edit func(on map[string]string)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	on := map[string]string{}
	maps.Copy(on, b.on)
	edit(on)
	if err := b.set(ctx, on); err != nil {
		return err
	}
	b.on = on
	return nil
}

// openLab makes the laboratory, with all mutants in it: the same as hack/mutants, so that neither makes it anew.
func openLab(ctx context.Context, o options, all []mutant.Definition, stderr io.Writer) (*lab.Lab, error) {
	logf := func(format string, args ...any) { fmt.Fprintf(stderr, format+"\n", args...) }
	built, err := binaries.Build(ctx, logf, o.kubernetes, all)
	if err != nil {
		return nil, err
	}
	return lab.Open(ctx, lab.Options{Name: o.lab, Kubernetes: o.kubernetes, Binaries: built, Definitions: all, Hookcheck: o.hookcheck, Log: stderr})
}

// hunter is what tries mutants on the laboratory, having seen which specs pass where none is on.
func (m measurement) hunter(ctx context.Context, o options) (peer.Hunt, error) {
	specs := m.coverage.Of(peer.Hooks).Specs()
	options := peer.Options{Kubeconfig: m.kubeconfig, Specs: specs, Procs: huntingProcs, Timeout: o.limit,
		Dir: filepath.Join(o.dir, "mutants", noMutants)}
	clean, err := m.tools.Run(ctx, options)
	if err != nil {
		return peer.Hunt{}, fmt.Errorf("run upstream's specs with no mutant on: %w", err)
	}
	m.logf("no mutant on: %d of %d specs passed in %.0f s", clean.Passed(), len(specs), clean.Seconds)
	if clean.Passed() == 0 {
		return peer.Hunt{}, fmt.Errorf("no spec passes with no mutant on; see %s", options.Dir)
	}
	return peer.Hunt{
		Stages: peer.Stages(m.coverage, clean), Limit: o.limit,
		Tidy: func(ctx context.Context, prefix string) error { return peer.Tidy(ctx, m.client, prefix) },
		Run: func(ctx context.Context, name, prefix string, specs []string) (peer.Result, error) {
			options := options
			options.Specs, options.Prefix, options.FailFast = specs, prefix, true
			options.Dir = filepath.Join(o.dir, "mutants", name)
			return m.tools.Run(ctx, options)
		},
	}, nil
}
