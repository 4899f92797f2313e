package history_test

import (
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

func stall(after time.Duration, seconds string) string { return ht.Entry(after, "stall", "d", seconds) }

func TestStalled(t *testing.T) {
	for _, tc := range []struct {
		name    string
		journal []string
		want    time.Duration
	}{
		{"none", nil, 0},
		{"one counts twice", []string{stall(3*time.Second, "0.500")}, time.Second},
		{"those of a container add up", []string{stall(3*time.Second, "0.500"), stall(4*time.Second, "0.250")}, 1500 * ms},
		{"3 s before the first event", []string{stall(-1*time.Second+ms, "1.000")}, 2 * time.Second},
		{"longer before", []string{stall(-1*time.Second-ms, "1.000")}, 0},
		{"3 s after the last event", []string{stall(8*time.Second-ms, "1.000")}, 2 * time.Second},
		{"longer after", []string{stall(8*time.Second+ms, "1.000")}, 0},
		{"not a number", []string{stall(3*time.Second, "long")}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := withJournal(append(tc.journal, hookBegin, hookEnd)...).Done()
			if got := h.Stalled(h.First(HookBegin(PreStop)), h.First(HookEnd(PreStop))); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

// TestStalledTakesTheLargest: each container of the node saw the same stall.
func TestStalledTakesTheLargest(t *testing.T) {
	h := withJournal(hookBegin, hookEnd, stall(3*time.Second, "0.400")).
		Pod(10*time.Second, ht.Pod("q", ht.Terminated("app", 0, 0, 8*time.Second, stall(3*time.Second, "0.600")))).Done()
	if got := h.Stalled(h.First(HookBegin(PreStop)), h.First(HookEnd(PreStop))); got != 1200*ms {
		t.Errorf("%s", got)
	}
}

// TestElapseOnAStalledNode: the hook lasted 3 s, and the node stood still for
// 0.5 s, which counts twice.
func TestElapseOnAStalledNode(t *testing.T) {
	b := func() *ht.Builder { return withJournal(hookBegin, hookEnd, stall(3*time.Second, "0.500")) }
	m := func(low, high time.Duration) *Matcher { return Elapse(HookBegin(PreStop), HookEnd(PreStop), low, high) }
	both := []string{"hook-begin", "hook-end"}
	for _, tc := range []matcherCase{
		{"in", b(), m(2*time.Second, 4*time.Second), "ok", "3s", both},
		{"too long by no more than that", b(), m(0, 2*time.Second), "unclear",
			"between 0s and 2s, but what was seen is 3s, while processes of the node stood still for 1s: inside the error of the clocks", nil},
		{"too long by more", b(), m(0, 1999*ms), "not ok", "3s", both},
		{"too short by no more than that", b(), m(4*time.Second, time.Minute), "unclear", "while processes of the node stood still for 1s", nil},
		{"too short by more", b(), m(4001*ms, time.Minute), "not ok", "3s", both},
	} {
		t.Run(tc.name, tc.run)
	}
}
