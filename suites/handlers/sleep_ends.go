package handlers

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What ends a sleep before its seconds are over, and what does not.
//
//  1. three pods: a preStop sleep of 120 s; one of 4 s, as long as the grace
//     period, with an entrypoint that ignores the stop signal; a postStart sleep of
//     10 s
//  2. delete the last while it starts, with 1 s of grace; delete the others when
//     they are ready, the first with 3 s of grace
//  3. wait until the kubelet is done with all
var _ = Describe("the end of a sleep", "handlers/sleep_ends", func(s *S) {
	const bounded, equal, starting = "sleep-ends-bounded", "sleep-ends-equal", "sleep-ends-starting"
	const (
		grace = 3 * time.Second // of the first deletion
		long  = 10 * time.Second
		short = 4 * time.Second
	)
	s.Do(Create(), Await(KubeEvent("Started").Of(starting), Patience), DeletePods([]string{starting}, Grace(time.Second)),
		AwaitReady(bounded, equal), DeletePods([]string{equal}), DeletePods([]string{bounded}, Grace(grace)), AwaitTerminated())

	s.Check("sleep.prestop-bounded", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(StepBegin("delete").Of(bounded), Signal("SIGTERM").Of(bounded), grace-ClockError, grace+Reaction))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").Of(bounded)))
	})
	s.Check("sleep.equal-to-tgps", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(StepBegin("delete").Of(equal), Signal("SIGTERM").Of(equal), short-ClockError, short+Reaction))
		j.Expect(h).To(Elapse(Signal("SIGTERM").Of(equal), LastBeat().Of(equal), Floor/2, Floor+Reaction))
	})
	s.Check("sleep.poststart-then-delete", func(j *judge.J, h *History) {
		began, deleted := Start().Of(starting), StepBegin("delete").Of(starting)
		j.Expect(h).To(Contain(began))
		if late, _, err := h.Distance(h.First(began), h.First(deleted)); err != nil || late > long/2 {
			j.Inconclusive("the deletion came when the sleep was nearly over")
		}
		// 7 s and 10 s lie far enough apart to tell one from the other.
		j.Expect(h).To(Elapse(began, Signal("SIGTERM").Of(starting), 0, 7*time.Second))
	})
})
