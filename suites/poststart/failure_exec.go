package poststart

import (
	"slices"
	"strings"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A postStart hook that fails once: what is killed, how, and what follows.
//
//  1. a pod with three containers; the postStart hook of the second takes 2 s and
//     exits 3, in its first run only; the container has a preStop hook, and exits 5
//     on the stop signal
//  2. wait until its second instance is ready; delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("a failing exec postStart", "poststart/failure_exec", func(s *S) {
	again := PodVersion(Restarts("app", 1).And(ContainerReady("app")))
	failed := KubeEvent("FailedPostStartHook")
	first := func(p Pattern) Pattern { return p.In("app").Instance(1) }
	s.Do(Create(), Await(again, Patience), Await(failed, Patience), Delete(), AwaitTerminated())

	s.Check("poststart.failure.exec-nonzero", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.In("app")))
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "FailedPostStartHook").In("app")))
		j.Expect(h).To(HappenBefore(first(HookEnd(PostStart)), first(Exit())))
	})
	s.Check("poststart.failure.event", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeWarning("FailedPostStartHook").In("app")))
		j.Expect(h).To(Contain(KubeEventSaying("FailedPostStartHook", "^PostStartHook failed$").In("app")))
		j.Expect(h).To(ContainNo(AnyKubeEvent("Event with the hook's output", func(e *corev1.Event) bool {
			return strings.Contains(e.Message, "output-of-the-hook")
		})))
	})
	s.Check("poststart.failure.event-order", func(j *judge.J, h *History) {
		want := []string{"Created", "Started", "FailedPostStartHook", "Killing"}
		for _, reason := range want {
			j.Expect(h).To(Contain(KubeEvent(reason).In("app")))
		}
		// Their times have whole seconds; the watch brings them in the order of their resource versions.
		got := slices.Clone(want)
		slices.SortStableFunc(got, func(a, b string) int {
			return h.First(KubeEvent(a).In("app")).Seq - h.First(KubeEvent(b).In("app")).Seq
		})
		j.Expect(got).To(gomega.Equal(want), "the order of the Events")
	})
	s.Check("event.fieldpath", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.In("app")))
		j.Expect(h).To(ContainNo(AnyKubeEvent("Event FailedPostStartHook about anything else", func(e *corev1.Event) bool {
			return e.Reason == "FailedPostStartHook" && e.InvolvedObject.FieldPath != "spec.containers{app}"
		})))
	})
	s.Check("poststart.failure.graceful-kill", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(first(HookEnd(PostStart)), first(Signal("SIGTERM"))))
		j.Expect(h).To(Contain(first(Terminated()).With("exitCode", "5")))
	})
	s.Check("poststart.failure.prestop-runs", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(first(HookEnd(PostStart)), first(HookBegin(PreStop))))
		j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Signal("SIGTERM"))))
	})
	s.Check("prestop.trigger.poststart-failure", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(first(HookEnd(PostStart)).With("exit", "3")))
		j.Expect(h).To(ContainTimes(first(HookEnd(PreStop)), 1))
		j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Exit())))
	})
	s.Check("poststart.failure.siblings-unaffected", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(Start().In("other"), 1))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("other"))))
		// What it gets, it gets with the pod's deletion.
		j.Expect(h).To(HappenBefore(Start().In("app").Instance(2), Signal("SIGTERM").In("other")))
	})
	s.Check("poststart.serial-after-failure", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(first(Exit()), Start().In("next")))
		// In the same sync: a later one would first restart the container of the hook, and that hook takes 2 s too.
		j.Expect(h).To(HappenBefore(Start().In("next"), HookEnd(PostStart).In("app").Instance(2)))
	})
	s.Check("poststart.status-during-restart", func(j *judge.J, h *History) {
		// Whether the end of the first instance is published before the second one
		// runs depends on the load; where it is, this is how.
		busy := ContainerRunning("app").Or(ContainerReady("app"))
		j.Expect(h).To(HappenBefore(HookEnd(PostStart).In("app").Instance(2), PodVersion(Restarts("app", 1))))
		j.Expect(h).To(ContainNo(PodVersion(HasEnded("app").And(Restarts("app", 0)).And(busy))))
		j.Expect(h).To(Contain(again))
	})
	s.Check("poststart.failure.always", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Start().In("app").Instance(2)))
		j.Expect(h).To(ContainTimes(HookBegin(PostStart).In("app").Instance(2), 1))
	})
	s.Check("poststart.failure.recovers", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(PodReady().And(Restarts("app", 1)))))
	})
	s.Check("poststart.failure.ready-never", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(ContainerReady("app")))) // of the instance whose hook succeeded
		j.Expect(h).To(ContainNo(PodVersion(ContainerReady("app").And(Restarts("app", 0)))))
	})
})
