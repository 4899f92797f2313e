package prestop

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A container that crashes gets no preStop hook, neither before its restart nor
// when the pod is deleted while it waits for the next one.
//
//  1. a pod of a container that exits 1 after 2 s, with a sleep of 45 s as its
//     preStop hook, and one that runs on, with a hook of its own
//  2. wait until the second instance of the first has ended, and until the Event of
//     the back-off of 10 s that comes then; delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("preStop in a crash loop", "prestop/crashloop", func(s *S) {
	const crashing, sibling = "crashing", "sibling"
	failed := KubeEvent("FailedPreStopHook").In(crashing)
	s.Do(Create(), Await(Terminated().In(crashing).Instance(2), Patience), Await(KubeEvent("BackOff").In(crashing), Patience),
		Delete(), AwaitTerminated())

	s.Check("prestop.skip.crash-restart", func(j *judge.J, h *History) {
		// Were the hook run, the second instance would begin 45 s later.
		j.Expect(h).To(Elapse(Exit().In(crashing).Instance(1), Start().In(crashing).Instance(2), 0, Reaction))
		j.Expect(h).To(ContainNo(failed))
	})
	s.Check("prestop.skip.crashloop-delete", func(j *judge.J, h *History) {
		expectStopped(j, h, StepBegin("delete"), func(p Pattern) Pattern { return p.In(sibling) })
		if h.First(Running().In(crashing).Instance(3)) != nil || h.First(Start().In(crashing).Instance(3)) != nil {
			j.Inconclusive("the back-off was over before the kubelet stopped the pod")
		}
		// Were the hook of the other run, the end would come 45 s later.
		j.Expect(h).To(Elapse(StepBegin("delete"), PodVersion(Phase(corev1.PodFailed)), time.Second-ClockError, Reaction))
		j.Expect(h).To(ContainNo(failed))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed).And(Ended(crashing, 1, "Error")))))
	})
})
