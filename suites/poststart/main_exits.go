package poststart

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The main process ends while the postStart hook still runs.
//
//  1. a pod with restartPolicy Never and two containers: one's main process exits 0
//     after 3 s, during an exec hook of 60 s; the next one's after 2 s, during a
//     sleep of 12 s
//  2. wait until the kubelet is done with it
var _ = Describe("a main process that ends before its postStart", "poststart/main_exits", func(s *S) {
	// Half of what is left of the sleep when the process ends.
	const abort = 5 * time.Second
	s.Do(Create(), AwaitTerminated(), Await(KubeEvent("FailedPostStartHook").In("exec"), Patience))

	s.Check("poststart.main-exits-during-exec-hook", func(j *judge.J, h *History) {
		if h.First(HookBegin(PostStart).In("exec")) == nil {
			j.Inconclusive("the hook had not begun when the main process ended")
		}
		j.Expect(h).To(ContainNo(HookEnd(PostStart).In("exec")))
		j.Expect(h).To(Contain(KubeEvent("FailedPostStartHook").In("exec")))
		// The next container shows that the hook is over.
		j.Expect(h).To(Elapse(Exit().In("exec"), Start().In("sleep"), 0, Reaction))
	})
	s.Check("poststart.main-exits-during-sleep-or-http", func(j *judge.J, h *History) {
		ended, done := Exit().In("sleep"), PodVersion(Phase("Succeeded", "Failed"))
		if a, b := h.First(ended), h.First(done); a != nil && b != nil {
			if low, high, err := h.Distance(a, b); err == nil {
				j.Measure("main_exit_to_terminal_phase_seconds", []float64{(low + (high-low)/2).Seconds()}, (high-low).Seconds()/2)
			}
		}
		j.Expect(h).To(Elapse(ended, done, -ClockError, abort))
	})
})
