package history

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrFlawed says that the record lacks something (a gap of a watch, a damaged
// journal), so that nothing follows from what is not in it.
var ErrFlawed = errors.New("the record is not whole")

// A Matcher is a Gomega matcher over a *History that can also say, apart from
// the failure message, what it expected, what it saw and from which events it
// decided.
type Matcher struct {
	expected string
	patterns []Pattern // of the events that it asks for
	judge    func(*History) finding

	history *History
	found   finding
}

// finding is what a matcher's function found out.
type finding struct {
	ok       bool
	seen     string
	evidence []*Event
	// absence is set where the finding rests on something not being there.
	absence bool
	margin  *Margin
	err     error
}

// A Margin is a time that was seen, with the error of the clocks, and the bounds
// in which it had to lie.
type Margin struct {
	Expected  string // the clause
	Low, High time.Duration
	From, To  time.Duration
}

// Slack is how much shorter (low) or longer (high) the time could have been seen to
// be before it certainly missed the bound; negative where it did.
func (m Margin) Slack() (low, high time.Duration) { return m.To - m.Low, m.High - m.From }

// windowMargin and windowLines size the timeline in a failure message.
const (
	windowMargin = 2 * time.Second
	windowLines  = 40
)

// Match implements Gomega's matcher. The error wraps ErrUnclear or ErrFlawed
// where the record does not allow a verdict.
func (m *Matcher) Match(actual any) (bool, error) {
	h, ok := actual.(*History)
	if !ok || h == nil {
		return false, fmt.Errorf("expected a *history.History, got %T", actual)
	}
	m.history, m.found = h, m.judge(h)
	if m.found.err != nil {
		return false, m.found.err
	}
	if m.found.absence {
		if flaws := h.Flaws(m.patterns...); len(flaws) > 0 {
			return false, fmt.Errorf("%w, and %s: %s", ErrFlawed, m.found.seen, strings.Join(flaws, "; "))
		}
	}
	return m.found.ok, nil
}

// Expected says what should hold, as a clause.
func (m *Matcher) Expected() string { return m.expected }

// Seen says what the record shows instead, after Match.
func (m *Matcher) Seen() string { return m.found.seen }

// Margin returns the time that the last Match held against bounds, or nil where it
// was about none, or one of the events was missing.
func (m *Matcher) Margin() *Margin { return m.found.margin }

// Evidence returns the events that the last Match decided from.
func (m *Matcher) Evidence() []*Event { return m.found.evidence }

// Window returns the timeline around the evidence of the last Match.
func (m *Matcher) Window() string {
	return m.history.Window(windowMargin, windowLines, m.found.evidence...)
}

// FailureMessage implements Gomega's matcher.
func (m *Matcher) FailureMessage(any) string {
	return fmt.Sprintf("Expected: %s\n    Seen: %s\n%s", m.expected, m.found.seen, m.Window())
}

// NegatedFailureMessage implements Gomega's matcher.
func (m *Matcher) NegatedFailureMessage(any) string {
	return fmt.Sprintf("Expected not: %s\n        Seen: %s\n%s", m.expected, m.found.seen, m.Window())
}

// both finds the first event of two patterns, or says which is missing.
func both(h *History, a, b Pattern) (ea, eb *Event, missing *finding) {
	ea, eb = h.First(a), h.First(b)
	switch {
	case ea == nil && eb == nil:
		return nil, nil, &finding{absence: true, seen: fmt.Sprintf("neither %s nor %s was recorded", a, b)}
	case ea == nil:
		return nil, nil, &finding{absence: true, seen: fmt.Sprintf("no %s was recorded", a), evidence: []*Event{eb}}
	case eb == nil:
		return nil, nil, &finding{absence: true, seen: fmt.Sprintf("no %s was recorded", b), evidence: []*Event{ea}}
	}
	return ea, eb, nil
}

// HappenBefore holds where both were recorded and the first a lies before the
// first b.
func HappenBefore(a, b Pattern) *Matcher {
	return &Matcher{expected: fmt.Sprintf("%s before %s", a, b), patterns: []Pattern{a, b}, judge: func(h *History) finding {
		ea, eb, missing := both(h, a, b)
		if missing != nil {
			return *missing
		}
		before, err := h.Before(ea, eb)
		f := finding{ok: before, err: err, evidence: []*Event{ea, eb}}
		if low, high, err := h.Distance(ea, eb); err == nil {
			f.seen = fmt.Sprintf("from %s to %s: %s", a, b, between(low, high))
		}
		return f
	}}
}

// Elapse holds where both were recorded and the time from the first a to the
// first b lies in [low, high]. Where it misses a bound by no more than the node
// is known to have stalled, nothing follows: see [History.Stalled].
func Elapse(a, b Pattern, low, high time.Duration) *Matcher {
	expected := fmt.Sprintf("from %s to %s between %s and %s", a, b, low, high)
	return &Matcher{expected: expected, patterns: []Pattern{a, b}, judge: func(h *History) finding {
		ea, eb, missing := both(h, a, b)
		if missing != nil {
			return *missing
		}
		from, to, err := h.Distance(ea, eb)
		f := finding{evidence: []*Event{ea, eb}, err: err}
		if err != nil {
			return f
		}
		f.seen = between(from, to)
		f.margin = &Margin{Expected: expected, Low: low, High: high, From: from, To: to}
		switch {
		case from >= low && to <= high:
			f.ok = true
		case to < low && low-to > h.Stalled(ea, eb), from > high && from-high > h.Stalled(ea, eb):
		case to < low || from > high:
			f.err = fmt.Errorf("%s, but what was seen is %s, while processes of the node stood still for %s: %w",
				expected, f.seen, h.Stalled(ea, eb), ErrUnclear)
		default:
			f.err = fmt.Errorf("%s, but what was seen is %s: %w", expected, f.seen, ErrUnclear)
		}
		return f
	}}
}

// Contain holds where at least one such event was recorded.
func Contain(p Pattern) *Matcher {
	return &Matcher{expected: p.String(), patterns: []Pattern{p}, judge: func(h *History) finding {
		all := h.All(p)
		f := finding{ok: len(all) > 0, evidence: all, absence: len(all) == 0, seen: fmt.Sprintf("no %s was recorded", p)}
		if f.ok {
			f.seen = recorded(p, len(all))
		}
		return f
	}}
}

// ContainNo holds where no such event was recorded.
func ContainNo(p Pattern) *Matcher { return ContainTimes(p, 0) }

// ContainTimes holds where exactly n such events were recorded.
func ContainTimes(p Pattern, n int) *Matcher {
	expected := fmt.Sprintf("%s exactly %s", p, times(n))
	if n == 0 {
		expected = "no " + p.String()
	}
	return &Matcher{expected: expected, patterns: []Pattern{p}, judge: func(h *History) finding {
		all := h.All(p)
		return finding{ok: len(all) == n, evidence: all, absence: len(all) <= n,
			seen: recorded(p, len(all))}
	}}
}

// HoldThroughout holds where the condition is true of every version of the pod
// that was current between the first from and the first to: the last version
// that arrived before from, or so little later that it may have been published
// before (WatchLag), and all that arrived in between. Only versions of the pod
// in which from happened count.
func HoldThroughout(from, to Pattern, c Condition) *Matcher {
	is := c.Is
	return &Matcher{expected: fmt.Sprintf("%s from %s until %s", c.What, from, to), patterns: []Pattern{from, to}, judge: func(h *History) finding {
		a, b, missing := both(h, from, to)
		if missing != nil {
			return *missing
		}
		if inOrder, err := h.Before(a, b); err == nil && !inOrder {
			return finding{seen: fmt.Sprintf("%s came before %s", to, from), evidence: []*Event{b, a}}
		}
		f := finding{ok: true, absence: true, evidence: []*Event{a, b}, seen: c.What + " all the time"}
		var current *Event
		var vague error // a version of which not even this is clear: whether it came before to
		for _, v := range h.All(PodVersion(anyVersion).Of(a.Pod)) {
			after, errA := h.Before(a, v)
			before, errB := h.Before(v, b)
			switch {
			case errB != nil && !is(v.PodObject):
				return finding{err: errB, evidence: []*Event{v}}
			case errB != nil:
				vague = errB
			case !before:
			case errA != nil || !after || h.follows(a, v, WatchLag):
				// What arrives a little later may have been published before:
				// the last of these was current.
				current = v
			case !is(v.PodObject):
				return finding{seen: "a version without it arrived in between", evidence: []*Event{a, v, b}}
			}
		}
		if vague != nil && (current == nil || !is(current.PodObject)) {
			return finding{err: vague, evidence: []*Event{a, b}}
		}
		if current == nil {
			return finding{absence: true, seen: fmt.Sprintf("no version of the pod before %s", from), evidence: []*Event{a}}
		}
		if !is(current.PodObject) {
			return finding{seen: fmt.Sprintf("the version current at %s is without it", from), evidence: []*Event{current, a}}
		}
		return f
	}}
}

// between prints the bounds of a duration, and one figure where they are close.
func between(low, high time.Duration) string {
	if high-low < 2*time.Millisecond {
		return high.Round(time.Millisecond).String()
	}
	return fmt.Sprintf("%s to %s", low.Round(time.Millisecond), high.Round(time.Millisecond))
}

// recorded says how often a pattern was met.
func recorded(p Pattern, n int) string {
	if n == 0 {
		return fmt.Sprintf("no %s was recorded", p)
	}
	return fmt.Sprintf("%s was recorded %s", p, times(n))
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
