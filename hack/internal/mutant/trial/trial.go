package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookcheck/hookcheck/framework/gate"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/matrix"
)

// Lab is where mutants are active.
type Lab interface {
	// Switch makes exactly these mutants active, each for the namespaces with its prefix, "*" being all. It returns
	// when every component knows.
	Switch(ctx context.Context, on map[string]string) error
	// Rewrite makes the API server apply the mutations of an admission mutant to the pods of the namespaces with the
	// prefix, until undo is called.
	Rewrite(ctx context.Context, d mutant.Definition, prefix string) (undo func(context.Context) error, err error)
	// RuntimeClass is the class of a runtime mutant.
	RuntimeClass(d mutant.Definition) string
}

// Options say how mutants are tried.
type Options struct {
	Hookcheck  string   // the binary
	Arguments  []string // for `hookcheck run`: which cluster, and what is asked for in every run
	Kubernetes string
	Command    []string // the command line, for the matrix
	Dir        string   // for artifacts
	// Side is how many mutants are tried side by side, Procs how many scenarios of each run at once.
	Side, Procs int
	// Took is how many seconds mutants took in an earlier trial, by their ids: the longest begin first, so that none
	// is left to run by itself at the end.
	Took map[string]float64
	// Thorough says to let every run end, so that the matrix has all verdicts of its scenarios. Otherwise a run is
	// stopped some seconds after the kill.
	Thorough bool
	// NamedOnly says not to look what else a survivor turns red: that takes minutes for each.
	NamedOnly bool
	Output    io.Writer
}

// everyone is the number of scenarios at once in a run that has the node for itself: hookcheck's default.
const everyone = 0

// Trial is one trial.
type Trial struct {
	Options
	lab   Lab
	plan  plan
	stock map[string]requirement.Verdict

	mu     sync.Mutex
	active map[string]string // what is switched on
	tries  int               // so far
}

// New returns a trial in the laboratory.
func New(lab Lab, options Options) (*Trial, error) {
	catalogue, err := requirement.Load()
	if err != nil {
		return nil, err
	}
	if err := scenario.Validate(catalogue, scenario.All()); err != nil {
		return nil, err // no suites are linked in, for one
	}
	return &Trial{Options: options, lab: lab, plan: plan{catalogue.All(), scenario.All()}, active: map[string]string{}}, nil
}

// Run tries the mutants. That one lives is no error: the matrix tells. What was found before an error is returned
// with it.
func (t *Trial) Run(ctx context.Context, definitions []mutant.Definition) (*matrix.Matrix, error) {
	start := time.Now()
	m := &matrix.Matrix{APIVersion: matrix.APIVersion, Command: t.Command, Started: start.UTC(), Kubernetes: t.Kubernetes}
	if err := t.lab.Switch(ctx, nil); err != nil {
		return m, err
	}
	scenarios := t.needed(definitions)
	if len(scenarios) == 0 { // nothing is to be tried
		m.Mutants = t.all(ctx, definitions)
		return m, nil
	}
	before, err := t.stockRun(ctx, "before", scenarios)
	if err != nil {
		return m, err
	}
	m.Stock = append(m.Stock, before)
	m.Requirements = t.columns()
	m.Mutants = t.all(ctx, definitions)
	m.Column()
	m.Seconds = time.Since(start).Seconds()
	if err := ctx.Err(); err != nil {
		return m, err
	}
	after, err := t.stockRun(ctx, "after", scenarios)
	if err == nil {
		m.Stock = append(m.Stock, after)
	}
	m.Seconds = time.Since(start).Seconds()
	return m, err
}

// needed are the scenarios in which a requirement may kill one of the mutants.
func (t *Trial) needed(definitions []mutant.Definition) []*scenario.Scenario {
	var ids []string
	for _, d := range definitions {
		if d.Role == mutant.Harmless {
			return t.plan.scenarios
		}
		if !tried(d) {
			continue
		}
		ids = append(ids, t.plan.matching(append(slices.Clone(d.Expect), d.Related...))...)
	}
	return t.plan.of(ids)
}

// tried says whether a mutant is tried at all.
func tried(d mutant.Definition) bool { return d.Equivalent == "" && d.Needs == "" }

// stockRun runs the scenarios with no mutant active.
func (t *Trial) stockRun(ctx context.Context, name string, scenarios []*scenario.Scenario) (matrix.Stock, error) {
	start := time.Now()
	got, err := t.hookcheck(ctx, invocation{name: "stock-" + name, scenarios: scenarios})
	if err != nil {
		return matrix.Stock{}, fmt.Errorf("the run with no mutant active: %w", err)
	}
	s := matrix.Stock{Seconds: time.Since(start).Seconds(), Others: map[requirement.Verdict]int{}}
	t.stock = map[string]requirement.Verdict{}
	var red []string
	for _, r := range got {
		t.stock[r.Requirement] = r.Verdict
		if r.Verdict == requirement.Conformant {
			s.Conformant++
		} else {
			s.Others[r.Verdict]++
		}
		if r.Verdict == requirement.NonConformant || r.Verdict == requirement.UnexpectedPass {
			red = append(red, r.Requirement)
		}
	}
	t.say("no mutant active (%s): %d conformant, %v, %.0f s", name, s.Conformant, s.Others, s.Seconds)
	if len(red) > 0 {
		return s, fmt.Errorf("with no mutant active these are red, so nothing can be told: %s", strings.Join(red, ", "))
	}
	return s, nil
}

// columns are the requirements that were judged with no mutant active.
func (t *Trial) columns() (columns []matrix.Requirement) {
	for _, r := range t.plan.requirements {
		if v, ok := t.stock[r.ID]; ok {
			columns = append(columns, matrix.Requirement{ID: r.ID, Level: r.Level, Profile: r.Profile, Stock: v, Tolerated: t.tolerated(r)})
		}
	}
	return columns
}

// tolerated says whether a violation of the requirement is a known deviation here.
func (t *Trial) tolerated(r requirement.Requirement) bool {
	v, err := gate.Of("", t.Kubernetes).Interpret(r, requirement.NonConformant)
	return err == nil && v == requirement.KnownDeviation
}

// attempt is what is known of a mutant.
type attempt struct {
	line matrix.Mutant
	seen []requirement.Result
}

// all tries the mutants, those that keep to their namespace side by side, and returns their lines in the order of the
// definitions. What is tried alone comes last, and at the very end what else the survivors turn red.
func (t *Trial) all(ctx context.Context, definitions []mutant.Definition) (lines []matrix.Mutant) {
	attempts := make([]attempt, len(definitions))
	try := func(i int) {
		d := definitions[i]
		stages := t.plan.named(d)
		if d.Role == mutant.Harmless {
			stages = [][]*scenario.Scenario{t.plan.scenarios}
		}
		t.try(ctx, d, &attempts[i], stages, t.Procs)
	}
	var alone []int
	var group sync.WaitGroup
	places := make(chan struct{}, t.Side)
	for _, i := range longestFirst(definitions, t.Took) {
		if d := definitions[i]; tried(d) && (d.Role == mutant.Harmless || t.plan.alone(d)) {
			alone = append(alone, i)
			continue
		}
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			try(i)
		})
	}
	group.Wait()
	for _, i := range alone {
		try(i)
	}
	for i, d := range definitions {
		if attempts[i].line.Outcome == matrix.Survived && !t.NamedOnly && ctx.Err() == nil {
			t.try(ctx, d, &attempts[i], [][]*scenario.Scenario{t.plan.rest(d)}, everyone)
		}
		lines = append(lines, attempts[i].line)
	}
	return lines
}

func summary(line matrix.Mutant) string {
	text := string(line.Outcome)
	switch {
	case len(line.KilledBy) > 0:
		text += " by " + strings.Join(line.KilledBy, ", ")
	case len(line.Red) > 0:
		text += "; red: " + strings.Join(line.Red, ", ")
	case line.Reason != "":
		text += ": " + line.Reason
	}
	return fmt.Sprintf("%s (%.0f s)", text, line.Seconds)
}

// try runs the stages of scenarios with the mutant active, until one kills it, and adds what is seen to the attempt.
func (t *Trial) try(ctx context.Context, d mutant.Definition, a *attempt, stages [][]*scenario.Scenario, procs int) {
	seconds := a.line.Seconds
	a.line = matrix.Mutant{ID: d.ID, Component: string(d.Component), Breaks: d.Breaks, History: d.History, Role: string(d.Role),
		Contested: d.Contested, Expect: d.Expect}
	switch {
	case d.Equivalent != "":
		a.line.Outcome, a.line.Reason = matrix.Equivalent, d.Equivalent
	case d.Needs != "":
		a.line.Outcome, a.line.Reason = matrix.NotTried, d.Needs
	case ctx.Err() != nil:
		a.line.Outcome, a.line.Reason = matrix.NotTried, "the trial was interrupted"
	default:
		start := time.Now()
		seen, err := t.run(ctx, d, stages, procs)
		a.seen = append(a.seen, seen...)
		t.judge(&a.line, d, a.seen, err)
		a.line.Seconds = seconds + time.Since(start).Seconds()
	}
	t.say("%-5s %s", a.line.ID, summary(a.line))
}

// run makes one run for each stage while the mutant is active, until one kills it.
func (t *Trial) run(ctx context.Context, d mutant.Definition, stages [][]*scenario.Scenario, procs int) (seen []requirement.Result, err error) {
	t.mu.Lock()
	t.tries++
	name := fmt.Sprintf("mutant-%03d-%s", t.tries, strings.ToLower(d.ID))
	t.mu.Unlock()
	prefix := "hookcheck-" + name + "-" // of its runs' namespaces
	if d.Global {
		prefix = "*"
	}
	off, err := t.activate(ctx, d, prefix)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, off()) }()
	v := invocation{procs: procs}
	if d.Component == mutant.Runtime {
		v.runtimeClass = t.lab.RuntimeClass(d)
	}
	if d.Role == "" && !t.Thorough {
		v.enough = func(r []requirement.Result) bool { return len(t.killers(d, r)) > 0 }
		// Where nothing is deleted any more, a run cannot clean up.
		v.before = func() { _ = off() }
	}
	for i, scenarios := range stages {
		if len(scenarios) == 0 {
			continue
		}
		v.name, v.scenarios = fmt.Sprintf("%s-%d", name, i+1), scenarios
		got, err := t.hookcheck(ctx, v)
		seen = append(seen, got...)
		if err != nil || len(t.killers(d, seen)) > 0 {
			return seen, err
		}
	}
	return seen, nil
}

// activate makes the mutant active for the namespaces with the prefix. What it returns ends that, and may be called
// more than once.
func (t *Trial) activate(ctx context.Context, d mutant.Definition, prefix string) (off func() error, err error) {
	after := context.WithoutCancel(ctx)
	switch d.Component {
	case mutant.Runtime:
		return func() error { return nil }, nil // the RuntimeClass of the run's pods is all it takes
	case mutant.Admission:
		undo, err := t.lab.Rewrite(ctx, d, prefix)
		return sync.OnceValue(func() error { return undo(after) }), err
	}
	return sync.OnceValue(func() error { return t.turn(after, d.ID, "") }), t.turn(ctx, d.ID, prefix)
}

// turn switches a mutant on for a prefix, or off where that is empty, and leaves the others as they are.
func (t *Trial) turn(ctx context.Context, id, prefix string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if prefix == "" {
		delete(t.active, id)
	} else {
		t.active[id] = prefix
	}
	return t.lab.Switch(ctx, maps.Clone(t.active))
}

// red are the requirements that the mutant turned non-conformant.
func (t *Trial) red(seen []requirement.Result) (ids []string) {
	for _, r := range seen {
		if r.Verdict == requirement.NonConformant && !slices.Contains(ids, r.Requirement) &&
			(t.stock[r.Requirement] == requirement.Conformant || t.stock[r.Requirement] == "") {
			ids = append(ids, r.Requirement)
		}
	}
	slices.Sort(ids)
	return ids
}

// killers are those of the red ones that count for the mutant, and were conformant before.
func (t *Trial) killers(d mutant.Definition, seen []requirement.Result) []string {
	red := t.red(seen)
	named := append(t.plan.matching(d.Expect), t.plan.matching(d.Related)...)
	return slices.DeleteFunc(red, func(id string) bool {
		return !slices.Contains(named, id) || t.stock[id] != requirement.Conformant
	})
}

// judge fills in what came of a mutant.
func (t *Trial) judge(line *matrix.Mutant, d mutant.Definition, seen []requirement.Result, err error) {
	line.Red = t.red(seen)
	count := map[requirement.Verdict]int{}
	for _, r := range seen {
		if r.Verdict != requirement.NotRun {
			line.Judged++
		}
		count[r.Verdict]++
		if r.Verdict == requirement.UnexpectedPass {
			line.Passed = append(line.Passed, r.Requirement)
		}
	}
	switch named := t.plan.matching(d.Expect); {
	case d.Role == mutant.Fix:
		line.Outcome = matrix.Holds
		for _, id := range named {
			if !t.fixed(id, seen) {
				line.Outcome, line.Reason = matrix.Fails, "no unexpected pass of "+id
			}
		}
	case d.Role == mutant.Harmless:
		line.Outcome = matrix.Holds
		if len(line.Red)+len(line.Passed) > 0 {
			line.Outcome, line.Reason = matrix.Fails, "red: "+strings.Join(append(line.Red, line.Passed...), ", ")
		}
	default:
		line.KilledBy = t.killers(d, seen)
		line.Outcome = matrix.Survived
		if len(line.KilledBy) > 0 {
			line.Outcome = matrix.Killed
		} else if n := count[requirement.Inconclusive] + count[requirement.NotRun]; n > 0 {
			line.Reason = fmt.Sprintf("%d inconclusive, %d not run", count[requirement.Inconclusive], count[requirement.NotRun])
		}
	}
	if err != nil && line.Outcome != matrix.Killed {
		line.Outcome, line.Reason = matrix.Unclear, err.Error()
	}
}

// fixed says whether a requirement with a known deviation was met. Where the deviation is seen only sometimes, that is
// no unexpected pass.
func (t *Trial) fixed(id string, seen []requirement.Result) bool {
	sometimes := slices.ContainsFunc(t.plan.requirements, func(r requirement.Requirement) bool {
		return r.ID == id && r.Deviation != nil && r.Deviation.Sometimes
	})
	return slices.ContainsFunc(seen, func(r requirement.Result) bool {
		return r.Requirement == id && (r.Verdict == requirement.UnexpectedPass || sometimes && r.Verdict == requirement.Conformant)
	})
}

func (t *Trial) say(format string, args ...any) {
	fmt.Fprintf(t.Output, "%s "+format+"\n", append([]any{time.Now().UTC().Format("15:04:05")}, args...)...)
}
