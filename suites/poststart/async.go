package poststart

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Entrypoint and postStart hook run at the same time; until the hook has ended
// nothing else of the pod gets on.
//
//  1. a pod whose entrypoint and postStart hook each wait for a mark of the other;
//     then the hook goes on for 4 s; a second container has no hook, and writes
//     nearly 4096 bytes to its termination message
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("postStart beside the entrypoint", "poststart/async", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("poststart.runs-after-create-and-start", func(j *judge.J, h *History) {
		// In a container that has not been started nothing can be run: the hook would fail.
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").In("app")))
		// startedAt is cut to whole seconds, so the hook may seem up to one later.
		j.Expect(h).To(Elapse(Running().In("app"), HookBegin(PostStart), -Truncated, Reaction))
	})
	s.Check("poststart.async-to-entrypoint", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Entry("awaited").In("app").With("name", "entrypoint").With("ok", "true")))
		met := Entry("awaited").In("app").With("name", "hook").With("ok", "true")
		// Both marks may have been set before and after a time in which the entrypoint stood still.
		j.Expect(h).To(HappenBefore(met, HookEnd(PostStart).In("app")))
	})
	s.Check("poststart.once-per-instance", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(HookBegin(PostStart), 1))
	})
	s.Check("poststart.blocks-running", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PostStart), PodVersion(ContainerRunning("app"))))
	})
	s.Check("poststart.phase-pending", func(j *judge.J, h *History) {
		j.Expect(h).To(HoldThroughout(HookBegin(PostStart), HookEnd(PostStart), Phase("Pending")))
	})
	s.Check("poststart.started-false", func(j *judge.J, h *History) {
		j.Expect(h).To(HoldThroughout(HookBegin(PostStart), HookEnd(PostStart),
			Not(ContainerStarted("app")).And(Not(ContainerReady("app")))))
		j.Expect(h).To(Contain(PodVersion(ContainerStarted("app").And(ContainerReady("app")))))
	})
	s.Check("poststart.serial-containers", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PostStart).In("app"), Start().In("next")))
	})
	s.Check("poststart.no-params", func(j *judge.J, h *History) {
		command := h.Spec("async").Containers[0].Lifecycle.PostStart.Exec.Command
		j.Expect(h).To(Contain(Entry("hook-detail").In("app").With("argv", strings.Join(command, " "))))
		j.Expect(h).To(ContainTimes(Entry("hook-detail").In("app"), 1))
	})
	s.Check("poststart.podready-to-start-condition", func(j *judge.J, h *History) {
		ready := func(status corev1.ConditionStatus) Condition {
			return PodConditionIs(corev1.PodReadyToStartContainers, status, "")
		}
		var during corev1.ConditionStatus // in the last version before the hook's end
		for _, v := range h.All(PodVersion(ready(corev1.ConditionTrue).Or(ready(corev1.ConditionFalse)))) {
			if before, err := h.Before(v, h.First(HookEnd(PostStart))); err == nil && before {
				during = corev1.ConditionFalse
				if ready(corev1.ConditionTrue).Is(v.PodObject) {
					during = corev1.ConditionTrue
				}
			}
		}
		j.Expect(during).NotTo(gomega.BeEmpty(), "condition PodReadyToStartContainers while the hook ran")
		j.Expect(h).To(Contain(PodVersion(ready(corev1.ConditionTrue).And(ContainerRunning("app")))))
		j.Outcome(fmt.Sprintf("PodReadyToStartContainers is %s while the first hook runs", during))
	})
	s.Check("status.message-from-termlog", func(j *judge.J, h *History) {
		// The mark of 3750 bytes, and the start entry before it. Where less is kept
		// the journal is damaged, and what it holds decides nothing.
		j.Expect(h).To(Contain(PodVersion(LongMessage("next", 3800))))
		j.Expect(h).To(Contain(Start().In("app")))
		j.Expect(h).To(Contain(HookEnd(PostStart).In("app")))
	})
})
