package history

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrUnclear says that two times of different clocks, or of coarse ones, lie so
// close together that their order or distance cannot be told. A check that
// meets it is inconclusive.
var ErrUnclear = errors.New("inside the error of the clocks")

// span is an interval of the runner's clock, or of a common clock.
type span struct{ low, high time.Time }

// spans returns both times on one scale: their own where they share a clock,
// else the runner's, widened by the error of the offsets.
func (h *History) spans(a, b Stamp) (span, span, error) {
	if a.At.IsZero() || b.At.IsZero() { // ContainerStatusUnknown has no finishedAt
		return span{}, span{}, fmt.Errorf("one of the two has no time: %w", ErrUnclear)
	}
	if a.Clock == b.Clock {
		return span{a.At, a.At.Add(a.Width)}, span{b.At, b.At.Add(b.Width)}, nil
	}
	sa, err := h.toRunner(a)
	if err != nil {
		return span{}, span{}, err
	}
	sb, err := h.toRunner(b)
	return sa, sb, err
}

func (h *History) toRunner(s Stamp) (span, error) {
	if s.Clock == RunnerClock {
		return span{s.At, s.At.Add(s.Width)}, nil
	}
	o, ok := h.Header.Offsets[s.Clock]
	if !ok {
		return span{}, fmt.Errorf("the run has not measured how the %s clock stands to the runner's: %w", s.Clock, ErrUnclear)
	}
	return span{s.At.Add(-o.High), s.At.Add(s.Width - o.Low)}, nil
}

// Before tells whether a happened before b; ErrUnclear where the clocks cannot
// tell. Equal times of one exact clock count as before.
func (h *History) Before(a, b *Event) (bool, error) {
	sa, sb, err := h.spans(a.Time, b.Time)
	switch {
	case err != nil:
		return false, err
	case !sa.high.After(sb.low):
		return true, nil
	case !sb.high.After(sa.low):
		return false, nil
	default:
		return false, fmt.Errorf("%s and %s: %w", h.line(a), h.line(b), ErrUnclear)
	}
}

// Distance returns the bounds of the time from a to b: it lies in [low, high].
func (h *History) Distance(a, b *Event) (low, high time.Duration, err error) {
	sa, sb, err := h.spans(a.Time, b.Time)
	if err != nil {
		return 0, 0, err
	}
	return sb.low.Sub(sa.high), sb.high.Sub(sa.low), nil
}

// follows tells whether b certainly lies within d after a.
func (h *History) follows(a, b *Event, d time.Duration) bool {
	_, high, err := h.Distance(a, b)
	return err == nil && high <= d
}

// Stalled returns for how long processes of the fixture's pods stood still
// around a and b: what the agent's journals say of heartbeats that came late (the
// largest sum of one container, and as much again for what stood still and has
// no heartbeat: the start of an exec, the runtime). Zero on a node that keeps up.
func (h *History) Stalled(a, b *Event) time.Duration {
	low, high := h.position(a).Add(-stallWindow), h.position(b).Add(stallWindow)
	sums := map[string]time.Duration{}
	var largest time.Duration
	for i := range h.Events {
		e := &h.Events[i]
		if e.Kind != KindJournal || e.Name != "stall" || h.position(e).Before(low) || h.position(e).After(high) {
			continue
		}
		seconds, err := strconv.ParseFloat(e.Fields["d"], 64)
		if err != nil {
			continue
		}
		container := e.Pod + "/" + e.Container
		sums[container] += time.Duration(seconds * float64(time.Second))
		largest = max(largest, sums[container])
	}
	return 2 * largest
}

// position returns where an event stands on the runner's clock, for drawing:
// the middle of what is known.
func (h *History) position(e *Event) time.Time {
	s, err := h.toRunner(e.Time)
	if err != nil || e.Time.At.IsZero() {
		return e.Arrived
	}
	return s.low.Add(s.high.Sub(s.low) / 2)
}
