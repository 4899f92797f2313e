package history_test

import (
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
)

func TestInterval(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	h := New(Header{Started: start, Offsets: map[Clock]Offset{NodeClock: {Low: -10 * ms, High: 30 * ms}}})
	for _, tc := range []struct {
		name      string
		stamp     Stamp
		low, high time.Duration
	}{
		{"the runner's own", Stamp{Clock: RunnerClock, At: start.Add(time.Second)}, time.Second, time.Second},
		{"another clock", Stamp{Clock: NodeClock, At: start.Add(time.Second)}, 970 * ms, 1010 * ms},
		{"a whole second of it", Stamp{Clock: NodeClock, At: start.Add(time.Second), Width: time.Second}, 970 * ms, 2010 * ms},
		{"a clock that nobody compared", Stamp{Clock: APIServerClock, At: start.Add(time.Second)}, 5 * time.Second, 5 * time.Second},
		{"no time", Stamp{Clock: NodeClock}, 5 * time.Second, 5 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			low, high := h.Interval(&Event{Time: tc.stamp, Arrived: start.Add(5 * time.Second)})
			if low.Sub(start) != tc.low || high.Sub(start) != tc.high {
				t.Errorf("%s to %s, want %s to %s", low.Sub(start), high.Sub(start), tc.low, tc.high)
			}
		})
	}
}

func TestTextOfAnEvent(t *testing.T) {
	e := Event{Kind: KindJournal, Name: "signal", Fields: map[string]string{"name": "SIGTERM", "pid": "1"}}
	if got := e.Text(); got != "journal signal name=SIGTERM" {
		t.Errorf("%q", got)
	}
}
