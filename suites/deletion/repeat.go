package deletion

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A pod is deleted again and again.
//
//  1. a pod with 60 s of grace and a preStop hook of 60 s
//  2. wait until it is ready; delete it with the UID of another pod, which is to be
//     refused; delete it with 10 s of grace
//  3. when its kill has begun delete it with 1 s, then with 6 s of grace
//  4. wait until the kubelet is done with it
var _ = Describe("second and third deletes", "deletion/repeat", func(s *S) {
	const first, second, third = 10 * time.Second, 1 * time.Second, 6 * time.Second
	const nobody = "00000000-0000-4000-8000-000000000000"
	s.Do(Create(), AwaitReady(), Try(Delete(IfUID(nobody))), Delete(Grace(first)), Await(KubeEvent("Killing"), Patience),
		Delete(Grace(second)), Await(PodVersion(DeletingWithGrace(1)), Patience), Delete(Grace(third)), AwaitTerminated())
	request := func(grace time.Duration) Pattern { return StepBegin("delete").With("grace", grace.String()) }

	s.Check("delete.uid-precondition", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(StepEnd("delete").With("code", "409")))
		// Had it been accepted, it would be with the grace period of the spec.
		j.Expect(h).To(ContainNo(PodVersion(DeletingWithGrace(60))))
		j.Expect(h).To(HappenBefore(request(first), PodVersion(Deleting())))
	})
	s.Check("delete.generation-bump", func(j *judge.J, h *History) {
		var before int64
		for _, v := range h.All(PodVersion(Not(Deleting()))) {
			before = v.PodObject.Generation
		}
		j.Expect(h).To(Contain(PodVersion(Deleting().And(Condition{What: "a generation above that before the request", Is: func(p *corev1.Pod) bool {
			return before > 0 && p.Generation > before
		}}))))
	})
	s.Check("delete.repeat-shorter-api", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(10))))
		j.Expect(h).To(HappenBefore(request(second), PodVersion(DeletingWithGrace(1))))
		if late(h, request(third), PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed))) {
			j.Inconclusive("the kubelet was done before the third request was made")
		}
		j.Expect(h).To(ContainNo(PodVersion(DeletingWithGrace(6))))
	})
	s.Check("delete.repeat-shorter-kubelet", func(j *judge.J, h *History) {
		if late(h, request(second), Signal("SIGTERM")) {
			j.Inconclusive("the kill was over before the second request was made")
		}
		// The hook was promised 10 s; the second request leaves it 1.
		j.Expect(h).To(Elapse(HookBegin(PreStop), Signal("SIGTERM"), 0, first/2))
	})
})

// late tells whether a request is not certain to lie before an event that it was
// to change. Without the event it is not.
func late(h *History, request, event Pattern) bool {
	r, e := h.First(request), h.First(event)
	if r == nil || e == nil {
		return false
	}
	before, err := h.Before(r, e)
	return err != nil || !before
}
