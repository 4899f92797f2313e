package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// preStop hook and shutdown share one grace period.
//
//  1. a pod with 10 s of grace, a preStop hook of 5 s, and an entrypoint that
//     ignores the stop signal
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("one grace period for hook and shutdown", "grace/shared", func(s *S) {
	const grace, hook = 10 * time.Second, 5 * time.Second
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("grace.budget-shared", func(j *judge.J, h *History) {
		// The grace period begins between the request and the hook's first act.
		// Were the hook not counted, the kill would come 5 s later.
		j.Expect(h).To(Elapse(StepBegin("delete"), LastBeat(), grace-Truncated-ClockError, grace+hook+Reaction))
		j.Expect(h).To(Elapse(HookBegin(PreStop), LastBeat(), grace-hook, grace+hook/2))
	})
	s.Check("grace.sigkill-exit", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Signal("SIGTERM")))
		j.Expect(h).To(Contain(PodVersion(Phase("Failed").And(Ended("app", 137, "Error")))))
	})
})
