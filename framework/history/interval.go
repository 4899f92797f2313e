package history

import "time"

// Interval returns between which instants of the runner's clock an event
// happened, for drawing. An event without a time, or of a clock that the run has
// not compared with the runner's, is put where the runner learned of it.
func (h *History) Interval(e *Event) (low, high time.Time) {
	s, err := h.toRunner(e.Time)
	if err != nil || e.Time.At.IsZero() {
		return e.Arrived, e.Arrived
	}
	return s.low, s.high
}

// Text says what an event is, in a few words.
func (e *Event) Text() string { return describe(e) }
