package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/latency"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// task is one scenario of a run.
type task struct {
	once    sync.Once
	done    chan struct{}
	results []requirement.Result
	err     error
}

// Start carries the scenarios through ahead of the specs that report them,
// Procs at a time, and returns at once. Those that disturb others come last, one
// after the other. Those without a selected requirement are left out.
func (s *Session) Start(ctx context.Context, scenarios []*scenario.Scenario) {
	slots := make(chan struct{}, max(1, s.o.Procs))
	var together, alone []*scenario.Scenario
	for _, sc := range scenarios {
		switch {
		case !s.wanted(sc):
		case sc.Alone:
			alone = append(alone, sc)
		default:
			together = append(together, sc)
		}
	}
	go func() {
		for _, sc := range together {
			select {
			case <-ctx.Done():
				return
			case slots <- struct{}{}:
			}
			go func() {
				defer func() { <-slots }()
				s.begin(ctx, sc)
			}()
		}
		for range cap(slots) { // all others have ended
			select {
			case <-ctx.Done():
				return
			case slots <- struct{}{}:
			}
		}
		for _, sc := range alone {
			if ctx.Err() == nil {
				s.begin(ctx, sc)
			}
		}
	}()
}

// Results implements scenario.Runner: it returns the verdicts of a scenario,
// running it now unless Start did.
func (s *Session) Results(ctx context.Context, sc *scenario.Scenario) ([]requirement.Result, error) {
	if !s.wanted(sc) {
		return nil, nil
	}
	t := s.task(sc.Name)
	if s.o.Procs <= 0 { // nothing runs ahead
		s.begin(ctx, sc)
	}
	select {
	case <-t.done:
		return t.results, t.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (s *Session) wanted(sc *scenario.Scenario) bool {
	for _, c := range sc.Checks {
		if _, ok := s.selected[c.Requirement]; ok {
			return true
		}
	}
	return false
}

func (s *Session) task(name string) *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tasks[name] == nil {
		s.tasks[name] = &task{done: make(chan struct{})}
	}
	return s.tasks[name]
}

// begin runs a scenario once and makes its results known.
func (s *Session) begin(ctx context.Context, sc *scenario.Scenario) {
	t := s.task(sc.Name)
	t.once.Do(func() {
		defer close(t.done)
		t.results, t.err = s.run(ctx, sc)
	})
}

// run carries a scenario through and judges it. What a gate excludes is not
// judged; where nothing is left, the scenario is not run.
func (s *Session) run(ctx context.Context, sc *scenario.Scenario) ([]requirement.Result, error) {
	var results []requirement.Result
	applies := map[string]bool{}
	for _, c := range sc.Checks {
		r, ok := s.selected[c.Requirement]
		if !ok {
			continue
		}
		reason, err := s.Facts.Decide(r)
		if err != nil {
			return nil, err
		}
		if reason == "" {
			applies[r.ID] = true
			continue
		}
		results = append(results, requirement.Result{Requirement: r.ID, Scenario: sc.Name, Verdict: requirement.NotApplicable,
			Reason: reason, Started: time.Now(), File: c.File, Line: c.Line})
	}
	if len(applies) > 0 {
		judge := s.record
		if s.o.Recorded[sc.Name] != "" {
			judge = s.recorded
		}
		judged, err := judge(ctx, sc, func(id string) bool { return applies[id] })
		if err != nil {
			return nil, err
		}
		results = append(results, judged...)
	}
	for _, r := range results {
		if err := s.o.Sink.Result(r); err != nil {
			return nil, fmt.Errorf("write down the verdict on %s: %w", r.Requirement, err)
		}
	}
	if len(applies) > 0 {
		s.o.Sink.Finished(sc.Name, results)
	}
	return results, nil
}

// record makes the history of a scenario, saves it and judges it.
func (s *Session) record(ctx context.Context, sc *scenario.Scenario, selected func(string) bool) ([]requirement.Result, error) {
	s.o.Sink.Started(sc.Name)
	began := time.Now()
	ctx = within(ctx, sc.Name)
	recording := s.recorder.Open(sc.Label(), s.header(sc.Name))
	defer s.recorder.Forget(sc.Label())
	watching, stop := context.WithCancel(ctx)
	defer stop()
	x := &scenario.Execution{Client: s.client, Dynamic: s.dynamic, Mapper: s.mapper, Config: s.o.Config,
		Namespace: s.space.name, Recording: recording, Created: s.clocks.created, Shell: s.shell,
		Watch: func(_ context.Context, namespace string) error {
			return s.recorder.Watch(watching, s.client, namespace)
		}}
	failed := ""
	if err := sc.Run(ctx, x, s.prepare); err != nil {
		failed = err.Error()
	}
	h := recording.Close(failed)
	h.Header.Offsets = s.clocks.offsets()

	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanWithin)
	defer cancel()
	if err := x.Clean(clean, sc.Label()); err != nil {
		s.o.Sink.Warn(err.Error())
	}
	s.meter.ran(h, time.Since(began))
	s.measure(h)
	path := filepath.Join(s.o.Artifacts, scenario.HistoryPath(sc.Name))
	if err := h.Save(path); err != nil {
		return nil, fmt.Errorf("save the history of %s: %w", sc.Name, err)
	}
	digest, err := history.Digest(path)
	if err != nil {
		return nil, fmt.Errorf("read the history of %s again: %w", sc.Name, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(context.Cause(ctx), err)
	}
	return s.judge(sc, h, digest, selected)
}

// recorded judges the history that an earlier part of the run made of a scenario.
func (s *Session) recorded(_ context.Context, sc *scenario.Scenario, selected func(string) bool) ([]requirement.Result, error) {
	s.o.Sink.Started(sc.Name)
	path := filepath.Join(s.o.Artifacts, scenario.HistoryPath(sc.Name))
	digest, err := history.Digest(path)
	if err == nil && digest != s.o.Recorded[sc.Name] {
		err = fmt.Errorf("%s was changed since: its digest is %s, the results say %s", path, digest, s.o.Recorded[sc.Name])
	}
	var h *history.History
	if err == nil {
		h, err = history.Load(path)
	}
	if err != nil {
		return nil, fmt.Errorf("judge what was recorded of %s: %w", sc.Name, err)
	}
	return s.judge(sc, h, digest, selected)
}

// judge judges a history of this digest.
func (s *Session) judge(sc *scenario.Scenario, h *history.History, digest string, selected func(string) bool) ([]requirement.Result, error) {
	results := sc.Judge(h, selected)
	for i := range results {
		results[i].HistoryDigest = digest
	}
	return s.interpret(results)
}

// measure adds what a history tells of how fast the node is.
func (s *Session) measure(h *history.History) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.samples.Add(latency.Of(h))
}

// interpret says what verdicts mean where a deviation is known.
func (s *Session) interpret(results []requirement.Result) ([]requirement.Result, error) {
	if s.o.NoKnown {
		return results, nil
	}
	for i := range results {
		if err := s.Facts.Apply(s.selected[results[i].Requirement], &results[i]); err != nil {
			return nil, err
		}
	}
	return results, nil
}
