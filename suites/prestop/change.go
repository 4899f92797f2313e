package prestop

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Changes of a pod's spec that stop containers: another image, another share of
// the CPU, a deadline.
//
//  1. a pod of three containers with preStop hooks
//  2. wait until it is ready; give the first another image, one that there is not,
//     and wait until it is missed
//  3. ask for another CPU request of the second, whose resize policy says
//     RestartContainer, and wait for its second instance, unless that was refused
//  4. set a deadline that has passed; wait until the kubelet is done with the pod
var _ = Describe("preStop on changes of the spec", "prestop/change", func(s *S) {
	const pod, image, resized, rest = "change", "image", "resized", "rest"
	of := func(container string) func(Pattern) Pattern {
		return func(p Pattern) Pattern { return p.In(container).Instance(1) }
	}
	changed := StepBegin("patch").Saying("patch", `"image":`)
	resize := StepBegin("patch").With("subresource", "resize")
	deadline := StepBegin("patch").Saying("patch", "activeDeadlineSeconds")
	again := PodVersion(Restarts(resized, 1).And(ContainerReady(resized)))
	pending := PodVersion(PodConditionIs(corev1.PodResizePending, corev1.ConditionTrue, ""))
	s.Do(Create(), AwaitReady(),
		Patch(pod, "", `{"spec":{"containers":[{"name":"image","image":"hookcheck.dev/agent:no-such-tag"}]}}`),
		Await(Waiting("ErrImageNeverPull").In(image), Patience),
		Try(Patch(pod, "resize", `{"spec":{"containers":[{"name":"resized","resources":{"requests":{"cpu":"20m"}}}]}}`)),
		AwaitFor("the restart, unless the resize was refused", Patience, func(h *History) bool {
			return h.First(again) != nil || h.First(pending) != nil || h.First(StepEnd("patch").Saying("code", ".")) != nil
		}),
		Patch(pod, "", `{"spec":{"activeDeadlineSeconds":1}}`), AwaitTerminated())

	s.Check("prestop.trigger.image-change", func(j *judge.J, h *History) {
		expectStopped(j, h, changed, of(image))
		j.Expect(h).To(HappenBefore(of(image)(Signal("SIGTERM")), resize))
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "definition changed, will be restarted").In(image)))
	})
	s.Check("prestop.trigger.resize-restart", func(j *judge.J, h *History) {
		if h.First(pending) != nil && h.First(again) == nil {
			j.Inconclusive("the node did not grant the resize")
		}
		expectStopped(j, h, resize, of(resized))
		j.Expect(h).To(HappenBefore(of(resized)(Signal("SIGTERM")), deadline))
		j.Expect(h).To(Contain(Start().In(resized).Instance(2)))
	})
	s.Check("restart.resize-reruns-poststart", func(j *judge.J, h *History) {
		if h.First(pending) != nil && h.First(again) == nil {
			j.Inconclusive("the node did not grant the resize")
		}
		j.Expect(h).To(Contain(again))
		j.Expect(h).To(HappenBefore(of(resized)(HookEnd(PreStop)), HookEnd(PostStart).In(resized).Instance(2)))
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).In(resized).Instance(2), 1))
	})
	s.Check("prestop.trigger.deadline", func(j *judge.J, h *History) {
		expectStopped(j, h, deadline, of(rest))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed).And(exceeded))))
	})
})

// exceeded is true where the status names the deadline as the reason.
var exceeded = Condition{What: "reason DeadlineExceeded", Is: func(p *corev1.Pod) bool { return p.Status.Reason == "DeadlineExceeded" }}
