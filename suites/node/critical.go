package node

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A critical pod for which the node has no room.
//
//  1. a pod that takes all of a resource of the node
//  2. a critical pod that wants it too, bound to the node past the scheduler
//  3. wait until it is ready and the kubelet is done with the first
var _ = Describe("admission of a critical pod", "node/critical", func(s *S) {
	const victim, critical = "critical-victim", "critical-pod"
	s.Do(NodeResource("hookcheck.dev/slot", 1), Create(victim), AwaitReady(victim), Create(critical), AwaitTerminated(victim),
		AwaitReady(critical), Await(KubeEvent("Preempting").Of(victim), Patience), DeletePods([]string{critical}), AwaitTerminated(critical))

	s.Check("prestop.trigger.critical-admission-preemption", func(j *judge.J, h *History) {
		create := StepBegin("create").Of(critical)
		j.Expect(h).To(follow(create, HookBegin(PreStop).Of(victim)))
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(victim), Signal("SIGTERM").Of(victim)))
		j.Expect(h).To(HappenBefore(Exit().Of(victim), Start().Of(critical)))
		j.Expect(h).To(Contain(KubeEventSaying("Preempting", "Preempted in order to admit critical pod").Of(victim)))
		j.Expect(h).To(Contain(KubeWarning("Preempting").Of(victim)))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed).And(StatusReason("Preempting"))).Of(victim)))
	})
})
