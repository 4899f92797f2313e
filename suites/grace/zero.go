package grace

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A pod whose grace period is 0.
//
//  1. a pod with 0 s of grace and a preStop hook, whose liveness probe fails after
//     1 s in the first instance; the entrypoint ignores the stop signal, and our
//     finalizer does not hold the object
//  2. wait until the second instance runs; follow its log; delete the pod
//  3. wait until the object is gone and the log at its end
var _ = Describe("no grace at all", "grace/zero", func(s *S) {
	again := PodVersion(Restarts("app", 1).And(ContainerReady("app")))
	s.Do(Create(), Await(again, Patience), FollowLog("zero", "app"), Delete(), Await(Removed(), Patience), Await(Log(), Patience))

	s.Check("grace.zero-spec-liveness", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed liveness probe")))
		j.Expect(h).To(Elapse(Signal("SIGTERM").Instance(1), LastBeat().Instance(1), Floor/2, Floor+Reaction))
		j.Expect(h).To(ContainNo(HookBegin(PreStop).Instance(1)))
	})
	s.Check("grace.zero-spec-delete", func(j *judge.J, h *History) {
		if h.First(BrokenLog()) != nil {
			j.Inconclusive("the log broke off")
		}
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(0))))
		j.Expect(h).To(Elapse(StepBegin("delete"), Removed(), 0, Reaction))
		j.Expect(h).To(ContainNo(PodVersion(Phase("Succeeded", "Failed"))))
		// The hook would take 60 s. The log ends with the container, or later.
		term := Signal("SIGTERM").Instance(2)
		j.Expect(h).To(Elapse(StepBegin("delete"), term, 0, Reaction))
		j.Expect(h).To(Elapse(term, Log(), Floor-ClockError-Early/2, Floor+Reaction))
		j.Outcome("the preStop hook was not seen to begin")
		if hook := Request("/status/200?hook").Instance(2); h.First(hook) != nil {
			j.Outcome("the preStop hook began")
			// The kubelet waits 1 s for it; the request leaves later on a busy node.
			j.Expect(h).To(Elapse(hook, term, -Early, Reaction))
		}
	})
})
