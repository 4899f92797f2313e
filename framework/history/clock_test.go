package history_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

func stamp(clock Clock, after, width time.Duration) *Event {
	return &Event{Kind: KindNote, Name: string(clock), Time: Stamp{Clock: clock, At: ht.At(after), Width: width}}
}

func TestBeforeAndDistance(t *testing.T) {
	node := func(after, width time.Duration) *Event { return stamp(NodeClock, after, width) }
	api := func(after time.Duration) *Event { return stamp(APIServerClock, after, time.Second) }
	runner := func(after time.Duration) *Event { return stamp(RunnerClock, after, 0) }
	// The node's clock is 1 to 1.01 s ahead of the runner's, the API server's
	// some 0.2 s behind.
	h := New(Header{Started: ht.Start, Offsets: map[Clock]Offset{
		NodeClock:      {Low: time.Second, High: 1010 * ms},
		APIServerClock: {Low: -300 * ms, High: -100 * ms},
	}})
	const yes, no, unclear = "yes", "no", "unclear"
	for _, tc := range []struct {
		name      string
		a, b      *Event
		before    string
		low, high time.Duration
	}{
		{"one exact clock", node(0, 0), node(ms, 0), yes, ms, ms},
		{"one exact clock, reversed", node(ms, 0), node(0, 0), no, -ms, -ms},
		{"equal times of an exact clock", node(ms, 0), node(ms, 0), yes, 0, 0},
		{"an exact time and the second it is in", node(1500*ms, 0), node(time.Second, time.Second), unclear, -500 * ms, 500 * ms},
		{"an exact time at the begin of the second", node(time.Second, 0), node(time.Second, time.Second), yes, 0, time.Second},
		{"an exact time at the end of the second", node(2*time.Second, 0), node(time.Second, time.Second), no, -time.Second, 0},
		{"the same second", node(0, time.Second), node(0, time.Second), unclear, -time.Second, time.Second},
		{"two seconds that touch", node(0, time.Second), node(time.Second, time.Second), yes, 0, 2 * time.Second},
		{"two seconds that touch, reversed", node(time.Second, time.Second), node(0, time.Second), no, -2 * time.Second, 0},
		{"across clocks, far apart", node(0, 0), runner(0), yes, time.Second, 1010 * ms},
		{"across clocks, inside the error", node(1005*ms, 0), runner(0), unclear, -5 * ms, 5 * ms},
		{"across clocks, touching the error", node(1000*ms, 0), runner(0), yes, 0, 10 * ms},
		{"across clocks, after the error", node(1010*ms, 0), runner(0), no, -10 * ms, 0},
		{"across clocks, runner first", runner(0), node(1011*ms, 0), yes, ms, 11 * ms},
		{"a whole second across clocks", api(time.Second), runner(2500 * ms), yes, 200 * ms, 1400 * ms},
		{"a whole second across clocks, unclear", api(time.Second), runner(2 * time.Second), unclear, -300 * ms, 900 * ms},
		{"node and API server", node(0, 0), api(0), yes, 1100 * ms, 2310 * ms},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before, err := h.Before(tc.a, tc.b)
			got := map[bool]string{true: yes, false: no}[before]
			if err != nil {
				got = unclear
				if !errors.Is(err, ErrUnclear) || !strings.HasSuffix(err.Error(), ": inside the error of the clocks") ||
					!strings.Contains(err.Error(), "note "+tc.a.Name) || !strings.Contains(err.Error(), " and +") {
					t.Errorf("the error does not tell both events: %v", err)
				}
			}
			if got != tc.before {
				t.Errorf("before: %s, want %s", got, tc.before)
			}
			low, high, err := h.Distance(tc.a, tc.b)
			if err != nil || low != tc.low || high != tc.high {
				t.Errorf("distance %v to %v (%v), want %v to %v", low, high, err, tc.low, tc.high)
			}
		})
	}
}

func TestMissingOffset(t *testing.T) {
	h := New(Header{Started: ht.Start})
	const message = "the run has not measured how the node clock stands to the runner's: inside the error of the clocks"
	for _, tc := range []struct {
		name string
		a, b *Event
	}{
		{"first", stamp(NodeClock, 0, 0), stamp(RunnerClock, time.Hour, 0)},
		{"second", stamp(RunnerClock, 0, 0), stamp(NodeClock, time.Hour, 0)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := h.Before(tc.a, tc.b); !errors.Is(err, ErrUnclear) || err.Error() != message {
				t.Errorf("Before: %v", err)
			}
			if _, _, err := h.Distance(tc.a, tc.b); !errors.Is(err, ErrUnclear) || err.Error() != message {
				t.Errorf("Distance: %v", err)
			}
		})
	}
	if ok, err := h.Before(stamp(NodeClock, 0, 0), stamp(NodeClock, 1, 0)); err != nil || !ok {
		t.Errorf("two times of one clock need no offset: %v, %v", ok, err)
	}
}

func TestNoTime(t *testing.T) {
	none := &Event{Kind: KindState, Name: "terminated", Time: Stamp{Clock: NodeClock, Width: time.Second}} // ContainerStatusUnknown
	for _, order := range [][2]*Event{{none, stamp(NodeClock, 0, 0)}, {stamp(NodeClock, 0, 0), none}} {
		if _, err := New(Header{}).Before(order[0], order[1]); !errors.Is(err, ErrUnclear) || err.Error() != "one of the two has no time: inside the error of the clocks" {
			t.Errorf("Before: %v", err)
		}
		if _, _, err := New(Header{}).Distance(order[0], order[1]); !errors.Is(err, ErrUnclear) {
			t.Errorf("Distance: %v", err)
		}
	}
}

func TestFirst(t *testing.T) {
	h := ht.New("x").
		Step(time.Second, "late", "").
		Pod(6*time.Second, ht.Pod("p", ht.Terminated("app", 1, 0, 5*time.Second, ht.Entry(4*time.Second, "start")),
			ht.Before(0, 1, 3*time.Second, ht.Entry(2*time.Second, "start")))).
		// A log is read late: what it holds is older than what is in the record.
		Log(7*time.Second, "p", "app", ht.Entry(1500*ms, "start")).Done()
	if e := h.First(Start()); e == nil || !e.Time.At.Equal(ht.At(1500*ms)) {
		t.Errorf("the earliest time of one clock comes first, got %+v", e)
	}
	if e := h.First(StepBegin("nope")); e != nil {
		t.Errorf("found %+v", e)
	}
	if n := len(h.All(Start())); n != 3 {
		t.Errorf("%d starts", n)
	}
}
