package prestop

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Eviction through the API is a deletion: the preStop hook runs.
//
//  1. a pod with a preStop hook of 3 s
//  2. wait until it is ready; evict it with 10 s of grace
//  3. wait until the kubelet is done with it
var _ = Describe("preStop on eviction", "prestop/evict", func(s *S) {
	s.Do(Create(), AwaitReady(), Evict(Grace(10*time.Second)), AwaitTerminated())

	s.Check("prestop.trigger.eviction-api", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(StepBegin("evict"), HookBegin(PreStop)))
		j.Expect(h).To(HappenBefore(HookEnd(PreStop), Signal("SIGTERM")))
	})
	s.Check("status.disruption-target-eviction", func(j *judge.J, h *History) {
		j.Expect(h).To(HoldThroughout(HookBegin(PreStop), HookEnd(PreStop),
			PodConditionIs(corev1.DisruptionTarget, corev1.ConditionTrue, "EvictionByEvictionAPI")))
	})
})
