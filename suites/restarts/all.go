package restarts

import (
	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// One container's exit restarts the whole pod in place, but not one that is
// being deleted.
//
//  1. a pod whose first container exits with code 42 after 4 s, for which a rule
//     says RestartAllContainers, and two siblings that ignore the stop signal; a
//     pod with such a rule whose container exits with that code when it is stopped
//  2. wait until the second instances are ready; read what the siblings' instances
//     wrote to their volumes; delete both pods
//  3. wait until the kubelet is done with them
var _ = Describe("all containers restarted at once", "restarts/all", func(s *S) {
	const pod, ending, one, two = "all", "all-ending", "deaf-one", "deaf-two"
	again := PodVersion(Restarts(one, 1).And(ContainerReady(one)).And(Restarts(two, 1)).And(ContainerReady(two)).
		And(Restarts("source", 1)).And(ContainerReady("source"))).Of(pod)
	s.Do(Create(), AwaitReady(), Await(again, Patience), ReadVolumeJournal(pod, one, "/state/journal"),
		ReadVolumeJournal(pod, two, "/state/journal"), Delete(), AwaitTerminated())

	s.Check("prestop.skip.restart-all", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Signal("SIGTERM").Of(pod).In(one).Instance(1)))
		j.Expect(h).To(ContainNo(HookBegin(PreStop).Of(pod).In(one).Instance(1)))
	})
	s.Check("restart.all.flow", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(PodConditionIs("AllContainersRestarting", corev1.ConditionTrue, "")).Of(pod)))
		for _, container := range []string{"init", "source", one, two} {
			j.Expect(h).To(Contain(PodVersion(Restarted(container)).Of(pod)))
		}
		// Once for each instance. Where the second one's hook was quicker than its entrypoint, the volume's journal has the
		// entry before the start of that instance, and it counts as the first one's.
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).Of(pod).In(one), 2))
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).Of(pod).In(two), 2))
		// The volume keeps the count of instances.
		j.Expect(h).To(Contain(Start().Of(pod).In(one).With("instance", "2")))
		first, second := h.First(PodVersion(PodReady()).Of(pod)), h.First(again)
		j.Expect(first).NotTo(gomega.BeNil(), "a version with all containers ready")
		j.Expect(second).NotTo(gomega.BeNil(), "a version with all second instances running")
		j.Expect(second.PodObject.Status.PodIP).To(gomega.Equal(first.PodObject.Status.PodIP), "the pod's IP")
	})
	s.Check("restart.all.kill-serial", func(j *judge.J, h *History) {
		term := func(container string) Pattern { return Signal("SIGTERM").Of(pod).In(container).Instance(1) }
		// The second waits until the first has been killed. Were they stopped
		// together, there would be nothing between the two: half-way, because the first
		// one's entry may be late (1.8 s were seen once in 63 runs).
		j.Expect(h).To(Elapse(term(one), term(two), Floor/2, Floor+Reaction))
	})
	s.Check("restart.all.not-while-terminating", func(j *judge.J, h *History) {
		// By the status first: a restart removes what ended, and the journals with
		// it, whether anything comes in its place or not.
		for _, container := range []string{"source", "sibling"} {
			j.Expect(h).To(ContainNo(PodVersion(Restarted(container)).Of(ending)))
		}
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed).And(Ended("source", 42, "Error")).And(Ended("sibling", 0, "Completed"))).Of(ending)))
		j.Expect(h).To(HappenBefore(Exit().Of(ending).In("source"), HookEnd(PreStop).Of(ending)))
		j.Expect(h).To(ContainTimes(Start().Of(ending).In("source"), 1))
		j.Expect(h).To(ContainTimes(Start().Of(ending).In("sibling"), 1))
	})
})
