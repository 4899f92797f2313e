package status

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A pod that is past its deadline, and what a final status looks like.
//
//  1. a pod with a preStop hook of 4 s; another that ends by itself with exit code 0
//  2. wait until the first is ready; give it a deadline of a second, which is over
//  3. wait until the kubelet is done with both and the Event is there
var _ = Describe("a pod past its deadline", "status/deadline", func(s *S) {
	const late, completed = "deadline", "deadline-none"
	failed := PodVersion(Phase("Failed")).Of(late)
	exceeded := KubeEvent("DeadlineExceeded").Of(late)
	s.Do(Create(), AwaitReady(late), Patch(late, "", `{"spec":{"activeDeadlineSeconds":1}}`),
		AwaitTerminated(), Await(exceeded, Patience))

	s.Check("status.deadline", func(j *judge.J, h *History) {
		reason := Condition{What: "reason DeadlineExceeded", Is: func(p *corev1.Pod) bool { return p.Status.Reason == "DeadlineExceeded" }}
		j.Expect(h).To(Contain(PodVersion(Phase("Failed").And(reason)).Of(late)))
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(late), failed))
		j.Expect(h).To(HappenBefore(Exit().Of(late), failed))
		j.Expect(h).To(HappenBefore(exceeded, HookEnd(PreStop).Of(late)))
	})
	s.Check("status.not-ready-after-terminated", func(j *judge.J, h *History) {
		for pod, final := range map[string]struct {
			phase  corev1.PodPhase
			reason string
		}{late: {corev1.PodFailed, "PodFailed"}, completed: {corev1.PodSucceeded, "PodCompleted"}} {
			unready := Not(ContainerReady("app"))
			for _, t := range []corev1.PodConditionType{corev1.PodReady, corev1.ContainersReady} {
				unready = unready.And(PodConditionIs(t, corev1.ConditionFalse, final.reason))
			}
			j.Expect(h).To(Contain(PodVersion(Phase(final.phase).And(unready)).Of(pod)))
			j.Expect(h).To(ContainNo(PodVersion(Phase(final.phase).And(Not(unready))).Of(pod)))
		}
	})
})
