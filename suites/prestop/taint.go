package prestop

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A NoExecute taint that a pod does not tolerate deletes it: the preStop hook runs.
//
//  1. a pod with a preStop hook of 2 s that tolerates the taint unreachable for no
//     time at all, where others have 300 s
//  2. wait until it is ready; taint its node until the pod is being deleted
//  3. wait until the kubelet is done with it
var _ = Describe("preStop on a taint", "prestop/taint", func(s *S) {
	s.Do(Create(), AwaitReady(), EvictByTaint("taint"), AwaitTerminated())

	s.Check("prestop.trigger.taint-eviction", func(j *judge.J, h *History) {
		expectStopped(j, h, StepBegin("taint"), func(p Pattern) Pattern { return p.Of("taint") })
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(60).And(PodConditionIs(corev1.DisruptionTarget, corev1.ConditionTrue, "DeletionByTaintManager")))))
	})
})
