package trial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/hack/internal/suite"
	"github.com/hookcheck/hookcheck/reports"
)

const (
	// linger is how long a run may go on after the kill, for the verdicts that come at the same time.
	linger = 5 * time.Second
	// patience ends a run that hangs: a full one takes about four minutes.
	patience = 12 * time.Minute
)

// invocation is one run of hookcheck.
type invocation struct {
	name         string // of the run: part of its namespaces' names, and its directory below the trial's
	scenarios    []*scenario.Scenario
	procs        int // 0: hookcheck's own default
	runtimeClass string
	// enough says of the results so far that no more are needed; nil: all are. Before is called then, before the run
	// is ended.
	enough func([]requirement.Result) bool
	before func()
}

// hookcheck makes the run and returns the results. Red ones are no error; that nothing could be judged is one.
func (t *Trial) hookcheck(ctx context.Context, v invocation) ([]requirement.Result, error) {
	dir := filepath.Join(t.Dir, v.name)
	if err := os.MkdirAll(t.Dir, 0o755); err != nil {
		return nil, err
	}
	output, err := os.Create(dir + ".txt")
	if err != nil {
		return nil, err
	}
	defer output.Close()
	args := append([]string{"--run", v.name, "--artifacts", dir, "--profile", "core,extended,node",
		"--requirement", strings.Join(judged(v.scenarios), ",")}, t.Arguments...)
	if v.procs > 0 {
		args = append(args, "--procs", strconv.Itoa(v.procs))
	}
	if v.runtimeClass != "" {
		args = append(args, "--runtime-class", v.runtimeClass)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("the run took more than %s", patience))
	defer cancel()
	known := errors.New("enough is known")
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	log := filepath.Join(dir, "results.jsonl")
	if v.enough != nil {
		go watch(running, log, v.enough, func() {
			v.before()
			stop(known)
		})
	}
	err = suite.Run(running, output, t.Hookcheck, args...)
	if errors.Is(context.Cause(running), known) {
		err = nil
	} else if cause := context.Cause(running); err != nil && cause != nil {
		err = cause
	}
	record, rerr := reports.ReadLog(log)
	if rerr != nil {
		return nil, fmt.Errorf("%w; what it said stands in %s", errors.Join(err, rerr), output.Name())
	}
	if record.End != nil && record.End.Run.Error != "" {
		err = errors.Join(err, fmt.Errorf("nothing more could be judged: %s; see %s", record.End.Run.Error, output.Name()))
	}
	return record.Results, err
}

// watch calls end some seconds after the results in the file are enough.
func watch(ctx context.Context, log string, enough func([]requirement.Result) bool, end func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if record, err := reports.ReadLog(log); err == nil && enough(record.Results) {
			select {
			case <-ctx.Done():
			case <-time.After(linger):
				end()
			}
			return
		}
	}
}
