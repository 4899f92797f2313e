package prestop

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Preemption by the scheduler is a deletion: the preStop hook runs.
//
//  1. two PriorityClasses below zero, and a pod of the lower one with a preStop
//     hook of 2 s; wait until it is ready
//  2. a pod of the higher one that must not be on the same node with it; wait until
//     that is ready
//  3. wait until the kubelet is done with the first
var _ = Describe("preStop on preemption", "prestop/preemption", func(s *S) {
	const low, high, victim, claimant = "preemption-low", "preemption-high", "preemption-victim", "preemption-claimant"
	of := func(p Pattern) Pattern { return p.Of(victim) }
	s.Do(Create(low, high, victim), AwaitReady(victim), Create(claimant), AwaitReady(claimant), AwaitTerminated(victim))

	s.Check("prestop.trigger.preemption", func(j *judge.J, h *History) {
		expectStopped(j, h, StepBegin("create").Of(claimant), of)
		j.Expect(h).To(Contain(of(PodVersion(Deleting().And(PodConditionIs(corev1.DisruptionTarget, corev1.ConditionTrue, corev1.PodReasonPreemptionByScheduler))))))
		j.Expect(h).To(HappenBefore(of(Exit()), PodVersion(ContainerRunning("app")).Of(claimant)))
	})
	s.Check("preempt.scheduler-waits", func(j *judge.J, h *History) {
		nominated := Condition{What: "a nominated node", Is: func(p *corev1.Pod) bool { return p.Status.NominatedNodeName != "" }}
		bound := PodVersion(PodConditionIs(corev1.PodScheduled, corev1.ConditionTrue, "")).Of(claimant)
		j.Expect(h).To(HappenBefore(PodVersion(nominated).Of(claimant), of(HookEnd(PreStop))))
		j.Expect(h).To(HappenBefore(of(Exit()), bound))
	})
})
