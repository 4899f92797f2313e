package peer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Switch turns a mutant on, for the pods of every namespace, and returns what turns it off again. The suite makes
// namespaces with names of its own, so there is no other way to aim at it.
type Switch func(ctx context.Context) (off func(context.Context) error, err error)

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
	// Run runs specs, until the first of them fails. The name tells the run from others.
	Run func(ctx context.Context, name string, specs []string) (Result, error)
	// Tidy waits until the cluster has nothing of an earlier run.
	Tidy func(ctx context.Context) error
	// Stages are the specs to run, one stage after the other, until one catches the mutant: the cheap ones first.
	// They must be specs that pass where no mutant is on.
	Stages [][]string
	// Limit is how long the stages of one mutant may take together.
	Limit time.Duration
}

// Try runs the stages with a mutant on. What it does to the specs is not an error; that the mutant cannot be switched, or
// the suite not be run, is.
func (h Hunt) Try(ctx context.Context, id string, on Switch) (trial Trial, err error) {
	start := time.Now()
	trial.ID = id
	off, err := on(ctx)
	if err != nil {
		return trial, fmt.Errorf("switch mutant %s on: %w", id, err)
	}
	defer func() {
		clean := context.WithoutCancel(ctx) // whatever happened, the cluster must not keep a mutant
		if offErr := off(clean); offErr != nil {
			err = errors.Join(err, fmt.Errorf("switch mutant %s off: %w", id, offErr))
		}
		if ctx.Err() == nil {
			err = errors.Join(err, h.Tidy(ctx))
		}
		trial.Seconds = time.Since(start).Seconds()
	}()
	limited, cancel := context.WithTimeout(ctx, h.Limit)
	defer cancel()
	for i, specs := range h.Stages {
		failed, cut, err := h.stage(limited, fmt.Sprintf("%s-%d", id, i+1), specs)
		switch {
		case ctx.Err() != nil:
			return trial, ctx.Err()
		case limited.Err() != nil:
			trial.Open = fmt.Sprintf("not done within %s", h.Limit)
			return trial, nil
		case err != nil:
			return trial, fmt.Errorf("try mutant %s: %w", id, err)
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
func (h Hunt) stage(ctx context.Context, name string, specs []string) (failed []string, cut int, err error) {
	result, err := h.Run(ctx, name, specs)
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
