package peer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Mutant is one to be tried.
type Mutant struct {
	ID string
	// Prefix is what the names of the run's namespaces begin with; empty: they are as they are without mutants.
	Prefix string
	// On turns it on, for those namespaces or for all, and returns what turns it off again.
	On func(ctx context.Context) (off func(context.Context) error, err error)
}

// Trial is what became of one mutant.
type Trial struct {
	ID      string   `json:"id"`
	Caught  bool     `json:"caught"`
	By      []string `json:"by,omitempty"` // specs that failed, and do not where no mutant is on
	Seconds float64  `json:"seconds"`
	Open    string   `json:"open,omitempty"` // why nothing is certain
}

// Hunt tries mutants on a cluster.
type Hunt struct {
	// Run runs specs in namespaces with the prefix, until the first of them fails. The name tells the run from others.
	Run func(ctx context.Context, name, prefix string, specs []string) (Result, error)
	// Tidy removes what runs in namespaces with the prefix have left.
	Tidy func(ctx context.Context, prefix string) error
	// Stages are the specs to run, one stage after the other, until one catches the mutant: the cheap ones first.
	// They must be specs that pass where no mutant is on.
	Stages [][]string
	// Limit is how long the stages of one mutant may take together.
	Limit time.Duration
}

// Try runs the stages with a mutant on. What it does to the specs is not an error; that the mutant cannot be switched, or
// the suite not be run, is.
func (h Hunt) Try(ctx context.Context, m Mutant) (trial Trial, err error) {
	start := time.Now()
	trial.ID = m.ID
	off, err := m.On(ctx)
	if err != nil {
		return trial, fmt.Errorf("switch mutant %s on: %w", m.ID, err)
	}
	defer func() {
		clean := context.WithoutCancel(ctx) // whatever happened, the cluster must not keep a mutant
		if offErr := off(clean); offErr != nil {
			err = errors.Join(err, fmt.Errorf("switch mutant %s off: %w", m.ID, offErr))
		}
		if ctx.Err() == nil {
			err = errors.Join(err, h.Tidy(ctx, m.Prefix))
		}
		trial.Seconds = time.Since(start).Seconds()
	}()
	limited, cancel := context.WithTimeout(ctx, h.Limit)
	defer cancel()
	for i, specs := range h.Stages {
		failed, cut, err := h.stage(limited, fmt.Sprintf("%s-%d", m.ID, i+1), m.Prefix, specs)
		switch {
		case ctx.Err() != nil:
			return trial, ctx.Err()
		case limited.Err() != nil:
			trial.Open = fmt.Sprintf("not done within %s", h.Limit)
			return trial, nil
		case err != nil:
			return trial, fmt.Errorf("try mutant %s: %w", m.ID, err)
		case len(failed) > 0:
			trial.Caught, trial.By = true, failed
			return trial, nil
		case cut > 0:
			trial.Open = fmt.Sprintf("%d of %d specs did not end in time", cut, len(specs))
			return trial, nil
		}
	}
	return trial, nil
}

// stage runs some specs and returns those that failed, and how many came to no end.
func (h Hunt) stage(ctx context.Context, name, prefix string, specs []string) (failed []string, cut int, err error) {
	result, err := h.Run(ctx, name, prefix, specs)
	if err != nil {
		return nil, 0, err
	}
	return result.Failed(), len(specs) - result.Passed() - len(result.Failed()), nil
}

// Stages are the conformance specs and then the other ones on hooks, without those that a run without mutants did not
// pass.
func Stages(c Coverage, clean Result) [][]string {
	passed := map[string]bool{}
	for _, s := range clean.Specs {
		passed[s.Name] = s.State == "passed"
	}
	first := c.Of(Conformance).Specs()
	rest := slices.DeleteFunc(c.Of(Hooks).Specs(), func(s string) bool { return slices.Contains(first, s) })
	stages := [][]string{first, rest}
	for i := range stages {
		stages[i] = slices.DeleteFunc(stages[i], func(s string) bool { return !passed[s] })
	}
	return slices.DeleteFunc(stages, func(s []string) bool { return len(s) == 0 })
}
