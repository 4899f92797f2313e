package handlers

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The sleep handler: it delays the stop signal by its seconds, and by none if
// they are zero.
//
//  1. a pod of two containers whose preStop is a sleep, one of 4 s, one of 0 s
//  2. wait until it is ready; delete it with 60 s of grace
//  3. wait until the kubelet is done with it
var _ = Describe("a sleep preStop", "handlers/sleep", func(s *S) {
	const four, zero = "four", "zero"
	s.Do(Create(), AwaitReady(), Delete(Grace(60*time.Second)), AwaitTerminated(), Await(KubeEvent("Killing").In(zero), Patience))

	s.Check("sleep.prestop-delays-term", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(StepBegin("delete"), Signal("SIGTERM").In(four), 4*time.Second-ClockError, 4*time.Second+Reaction))
	})
	s.Check("sleep.zero-noop", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(StepBegin("delete"), Signal("SIGTERM").In(zero), -ClockError, Reaction))
		j.Expect(h).To(Contain(KubeEvent("Killing").In(zero)))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").In(zero)))
	})
})
