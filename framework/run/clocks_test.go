package run

import (
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
)

const ms = time.Millisecond

func TestClocks(t *testing.T) {
	zero := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	// One sample: the clock showed at (cut to width) between begin and end of
	// ours, all counted from zero.
	type sample struct{ at, width, begin, end time.Duration }
	for _, tc := range []struct {
		name      string
		samples   []sample
		low, high time.Duration
	}{
		{"one", []sample{{1000 * ms, 0, 10 * ms, 30 * ms}}, 970 * ms, 990 * ms},
		{"one, cut to seconds", []sample{{0, time.Second, 0, 100 * ms}}, -100 * ms, time.Second},
		{"the shorter one decides", []sample{{1000 * ms, 0, 0, 100 * ms}, {1050 * ms, 0, 60 * ms, 70 * ms}}, 980 * ms, 990 * ms},
		{"in either order", []sample{{1050 * ms, 0, 60 * ms, 70 * ms}, {1000 * ms, 0, 0, 100 * ms}}, 980 * ms, 990 * ms},
		{"each narrows one side", []sample{{100 * ms, 0, 0, 100 * ms}, {150 * ms, 0, 100 * ms, 250 * ms}}, 0, 50 * ms},
		{"they touch", []sample{{100 * ms, 0, 0, 50 * ms}, {100 * ms, 0, 50 * ms, 100 * ms}}, 50 * ms, 50 * ms},
		{"a contradiction: the widest", []sample{{100 * ms, 0, 0, 50 * ms}, {1000 * ms, 0, 0, 50 * ms}}, 50 * ms, 1000 * ms},
		{"a contradiction is not healed", []sample{{100 * ms, 0, 0, 50 * ms}, {1000 * ms, 0, 0, 50 * ms}, {100 * ms, 0, 0, 50 * ms}}, 50 * ms, 1000 * ms},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var c clocks
			for _, s := range tc.samples {
				c.sample(history.NodeClock, zero.Add(s.at), s.width, zero.Add(s.begin), zero.Add(s.end))
			}
			got := c.offsets()
			if want := (history.Offset{Low: tc.low, High: tc.high}); len(got) != 1 || got[history.NodeClock] != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

func TestClocksAreKeptApart(t *testing.T) {
	var c clocks
	if got := c.offsets(); len(got) != 0 {
		t.Errorf("without a sample: %v", got)
	}
	zero := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	c.created(zero, zero.Add(200*ms), zero.Add(300*ms))
	c.sample(history.NodeClock, zero, 0, zero, zero)
	got := c.offsets()
	if want := (history.Offset{Low: -300 * ms, High: 800 * ms}); got[history.APIServerClock] != want {
		t.Errorf("creationTimestamp is cut to whole seconds: %v, want %v", got[history.APIServerClock], want)
	}
	if got[history.NodeClock] != (history.Offset{}) {
		t.Errorf("node: %v", got[history.NodeClock])
	}
}
