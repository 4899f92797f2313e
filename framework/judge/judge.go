// Package judge turns a history into a verdict. A check is a function that
// states with Gomega matchers what must hold in a history; Evaluate runs it and
// says conformant, non-conformant or inconclusive, with the evidence. It is as
// pure as package history: no cluster, no clock, no network.
//
// Why not Gomega's own Expect: its fail handler receives a text. A verdict needs
// more than that: whether the clocks allow one, what was expected, what was
// seen, and from which events. The matchers are Gomega's all the same.
package judge

import (
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// A Check judges one requirement in the histories of one scenario.
type Check func(j *J, h *history.History)

// J collects what a check expects and sees.
type J struct {
	result     requirement.Result
	evidence   []*history.Event
	margins    []history.Margin
	assertions int
	decided    bool
}

// decision is the panic value that ends a check at its first failure.
type decision struct{}

// Evaluate runs a check over a history. It sets verdict, reason, expected, seen,
// window, evidence, span, measurements and rewritten of the result; the rest is the
// caller's. Where the platform changed a pod of the scenario before it was stored,
// that stands before the reason: a hook that is not there does not run.
//
// A history whose scenario was not carried through, a check that meets
// ErrUnclear or ErrFlawed, one that panics and one that asserts nothing are all
// inconclusive: each says why. So is a violation in the history of a container that
// the runtime could not start.
func Evaluate(check Check, h *history.History) requirement.Result {
	j := &J{result: requirement.Result{Verdict: requirement.Conformant, Rewritten: h.Rewrites()}}
	if why := h.Incomplete(); why != "" {
		j.result.Verdict, j.result.Reason = requirement.Inconclusive, "the scenario was not carried through: "+why
		j.result.Blame()
		return j.result
	}
	j.run(check, h)
	if why := h.Unstarted(); why != "" && j.result.Verdict == requirement.NonConformant {
		j.result.Verdict, j.result.Reason = requirement.Inconclusive, "the runtime could not start "+why
	}
	if !j.decided && j.assertions == 0 {
		j.result.Verdict, j.result.Reason = requirement.Inconclusive, "the check asserted nothing"
	}
	for _, e := range j.evidence {
		if !slices.Contains(j.result.Evidence, e.Seq) {
			j.result.Evidence = append(j.result.Evidence, e.Seq)
		}
	}
	slices.Sort(j.result.Evidence)
	j.result.Span = span(h, j.evidence)
	if j.result.Verdict != requirement.Conformant {
		j.result.Blame()
	}
	return j.result
}

// Margins runs a check over a history and returns the times that it held against
// bounds, in order, up to where it ended.
func Margins(check Check, h *history.History) []history.Margin {
	j := &J{}
	if h.Incomplete() == "" {
		j.run(check, h)
	}
	return j.margins
}

// span is the time in which the events lie, errors of the clocks included, or nil.
func span(h *history.History, events []*history.Event) *requirement.Span {
	var s *requirement.Span
	for _, e := range events {
		low, high := h.Interval(e)
		from, to := since(h, low), since(h, high)
		if s == nil {
			s = &requirement.Span{From: from, To: to}
		}
		s.From, s.To = min(s.From, from), max(s.To, to)
	}
	return s
}

// since is the time from the start of the history, in seconds, to the millisecond.
func since(h *history.History, at time.Time) float64 {
	return math.Round(at.Sub(h.Header.Started).Seconds()*1000) / 1000
}

func (j *J) run(check Check, h *history.History) {
	defer func() {
		switch p := recover().(type) {
		case nil, decision:
		default:
			j.decided = true
			j.result.Verdict = requirement.Inconclusive
			j.result.Reason = fmt.Sprintf("the check panicked: %v", p)
			j.result.Window = string(debug.Stack())
		}
	}()
	check(j, h)
}

// Expect begins an assertion about actual: mostly a *history.History.
func (j *J) Expect(actual any) Assertion {
	j.assertions++
	return Assertion{j: j, actual: actual}
}

// Measure writes down the durations that the check took from the history, in
// seconds, with the largest error of one of them. No samples, no measurement.
func (j *J) Measure(name string, seconds []float64, largestError float64) {
	if len(seconds) == 0 {
		return
	}
	if j.result.Measurements == nil {
		j.result.Measurements = map[string]requirement.Measurement{}
	}
	j.result.Measurements[name] = requirement.Measure(seconds, largestError)
}

// Outcome writes down which of several permitted outcomes was seen.
func (j *J) Outcome(what string) { j.result.Outcome = what }

// Inconclusive ends the check: the history does not allow a verdict because of
// why.
func (j *J) Inconclusive(why string) {
	j.decide(requirement.Inconclusive, why)
}

func (j *J) decide(v requirement.Verdict, reason string) {
	j.decided = true
	j.result.Verdict, j.result.Reason = v, reason
	panic(decision{})
}

// An Assertion is about one actual value.
type Assertion struct {
	j      *J
	actual any
}

// explainer is what package history's matchers can do beyond Gomega's.
type explainer interface {
	Expected() string
	Seen() string
	Evidence() []*history.Event
	Window() string
	Margin() *history.Margin
}

// To fails the check where the matcher does not match. what, if given, says
// what actual is, for values other than a history.
func (a Assertion) To(m types.GomegaMatcher, what ...string) {
	a.check(m, true, strings.Join(what, " "))
}

// NotTo fails the check where the matcher matches.
func (a Assertion) NotTo(m types.GomegaMatcher, what ...string) {
	a.check(m, false, strings.Join(what, " "))
}

func (a Assertion) check(m types.GomegaMatcher, want bool, what string) {
	ok, err := m.Match(a.actual)
	ex, explains := m.(explainer)
	if explains {
		a.j.evidence = append(a.j.evidence, ex.Evidence()...)
		if m := ex.Margin(); m != nil {
			a.j.margins = append(a.j.margins, *m)
		}
	}
	switch {
	case errors.Is(err, history.ErrUnclear), errors.Is(err, history.ErrFlawed):
		a.j.decide(requirement.Inconclusive, err.Error())
	case err != nil:
		a.j.decide(requirement.Inconclusive, "the check could not be made: "+err.Error())
	case ok == want:
		return
	}
	r := &a.j.result
	if explains {
		r.Expected, r.Seen, r.Window = ex.Expected(), ex.Seen(), ex.Window()
		if !want {
			r.Expected = "not: " + r.Expected
		}
	} else {
		message := m.FailureMessage(a.actual)
		if !want {
			message = m.NegatedFailureMessage(a.actual)
		}
		r.Expected, r.Seen = what, strings.Join(strings.Fields(message), " ")
	}
	a.j.decide(requirement.NonConformant, fmt.Sprintf("expected %s, seen: %s", r.Expected, r.Seen))
}
