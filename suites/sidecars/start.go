package sidecars

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What a sidecar holds up, and what becomes of it when the pod is deleted before
// the app containers have started.
//
//  1. a pod whose sidecar has a postStart hook of 3 s, a startup probe that fails
//     for 8 s, so that a busy node has started what does not wait for it, and a
//     readiness probe that always fails; and a pod whose init container, after two
//     sidecars with preStop hooks and before a third, does not end
//  2. wait until the first's app container and the second's init container run;
//     delete both
//  3. wait until the kubelet is done with them
var _ = Describe("the start of sidecars", "sidecars/start", func(s *S) {
	const start, stuck = "start", "start-stuck"
	const failures = 8 // of the startup probe, one a second
	initialized := func(status corev1.ConditionStatus) Condition {
		return PodConditionIs(corev1.PodInitialized, status, "")
	}
	unready := PodConditionIs(corev1.PodReady, corev1.ConditionFalse, "ContainersNotReady")
	s.Do(Create(), Await(PodVersion(ContainerReady("app")).Of(start), Patience),
		Await(PodVersion(ContainerRunning("stuck")).Of(stuck), Patience), Delete(), AwaitTerminated())

	s.Check("sidecar.poststart-then-next", func(j *judge.J, h *History) {
		probed := Request("/script?codes="+strings.Repeat("503,", failures)+"200").Of(start).With("c", "200")
		// Of an app container that never starts the kubelet says in the end that it is lost, and with it its journal:
		// whether it started is asked of the versions first.
		j.Expect(h).To(Contain(PodVersion(ContainerReady("app").And(ContainerStarted("sidecar")).And(unready)).Of(start)))
		j.Expect(h).To(HappenBefore(HookEnd(PostStart).Of(start), Start().Of(start).In("app")))
		j.Expect(h).To(HappenBefore(probed, Start().Of(start).In("app")))
		j.Expect(h).To(ContainNo(PodVersion(ContainerReady("sidecar")).Of(start)))
		j.Expect(h).To(ContainNo(PodVersion(PodReady()).Of(start)))
	})
	s.Check("status.initialized-order", func(j *judge.J, h *History) {
		j.Expect(h).To(HoldThroughout(HookBegin(PostStart).Of(start), HookEnd(PostStart).Of(start), initialized(corev1.ConditionFalse)))
		j.Expect(h).To(ContainNo(PodVersion(initialized(corev1.ConditionTrue).And(Not(ContainerStarted("sidecar"))).And(Not(Deleting()))).Of(start)))
		j.Expect(h).To(Contain(PodVersion(initialized(corev1.ConditionTrue).And(ContainerStarted("sidecar"))).Of(start)))
		j.Expect(h).To(ContainNo(PodVersion(initialized(corev1.ConditionTrue)).Of(stuck)))
	})
	s.Check("sidecar.terminated-before-done", func(j *judge.J, h *History) {
		for _, c := range []string{"s1", "s2"} {
			j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(stuck).In(c), Signal("SIGTERM").Of(stuck).In(c)))
			// Did they wait for s3 or app, it would be until the grace period of 60 s is over.
			j.Expect(h).To(Elapse(StepBegin("delete").Of(stuck), Signal("SIGTERM").Of(stuck).In(c), -ClockError, Reaction))
		}
		j.Expect(h).To(HappenBefore(Exit().Of(stuck).In("s2"), Signal("SIGTERM").Of(stuck).In("s1")))
		for _, c := range []string{"s3", "app"} {
			j.Expect(h).To(ContainNo(Start().Of(stuck).In(c)))
		}
	})
})
