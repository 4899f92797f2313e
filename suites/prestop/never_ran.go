package prestop

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What never ran has no preStop hook, and its deletion waits for none.
//
//  1. a pod whose containers cannot be created: one for a missing ConfigMap, one for
//     a missing image; and a pod that no scheduler may place. The hooks are of 45 s
//  2. wait until the kubelet says so of the first, the API server of the second;
//     delete both with their 60 s of grace
//  3. wait until the kubelet is done with the first, and the second is gone
var _ = Describe("no preStop of what never ran", "prestop/never_ran", func(s *S) {
	const created, unscheduled = "never-ran-created", "never-ran-unscheduled"
	s.Do(Create(), Await(Waiting("CreateContainerConfigError").In("config"), Patience), Await(Waiting("ErrImageNeverPull").In("image"), Patience),
		Await(PodVersion(PodConditionIs(corev1.PodScheduled, corev1.ConditionFalse, corev1.PodReasonSchedulingGated)).Of(unscheduled), Patience),
		Delete(), AwaitTerminated(created), Await(Removed().Of(unscheduled), Patience))

	s.Check("prestop.skip.not-started", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(StepBegin("delete").Of(created), PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed)).Of(created), 0, Reaction))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").Of(created)))
	})
	s.Check("prestop.skip.unscheduled", func(j *judge.J, h *History) {
		// With a grace period its object would wait for a kubelet that has none of it,
		// until the pod garbage collector comes, every 20 s.
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(0)).Of(unscheduled)))
		j.Expect(h).To(ContainNo(PodVersion(Deleting().And(Not(DeletingWithGrace(0)))).Of(unscheduled)))
		j.Expect(h).To(Elapse(StepBegin("delete").Of(unscheduled), Removed().Of(unscheduled), 0, Reaction))
		j.Expect(h).To(ContainNo(Running().Of(unscheduled)))
	})
})
