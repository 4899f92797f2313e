package prestop

import (
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A preStop hook completes before the stop signal, while all else goes on.
//
//  1. two pods with a preStop hook of 3 s and an entrypoint that exits 0 on the stop
//     signal. The first has a postStart hook, too, and its preStop hook asks the
//     entrypoint for an answer by HTTP before it works on; the second's writes to a
//     volume, and asks the API server, at the address of its Service and with the
//     token of a service account. Our finalizer holds the object of the first only
//  2. wait until they are ready; delete them with 15 s of grace
//  3. wait until the kubelet is done with them and has asked for the removal of
//     both objects; see for a second more whether the held one stays
var _ = Describe("an exec preStop on deletion", "prestop/exec_before_term", func(s *S) {
	const held, free = "exec-before-term", "exec-before-term-free"
	term := Signal("SIGTERM")
	s.Do(Create(), AwaitReady(), Delete(Grace(15*time.Second)), AwaitTerminated(),
		Await(Removed().Of(free), Patience), Await(KubeEvent("Killing").Of(held), Patience),
		Await(PodVersion(DeletingWithGrace(0)).Of(held), Patience), Observe(time.Second))

	s.Check("prestop.trigger.delete", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(StepBegin("delete").Of(held), HookBegin(PreStop).Of(held)))
		j.Expect(h).To(Contain(HookEnd(PreStop).Of(held)))
	})
	s.Check("prestop.before-term", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(held), term.Of(held)))
	})
	s.Check("prestop.container-keeps-running", func(j *judge.J, h *History) {
		// There is room for 30 heartbeats in 3 s, for a few on a very busy node,
		// and for none where the entrypoint stands still.
		j.Expect(h).To(Contain(HookEnd(PreStop).Of(held).AtLeast("beats", 3)))
		j.Expect(h).To(Contain(HookEnd(PreStop).Of(held).With("get", "200")))
	})
	s.Check("prestop.blocks-deletion", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(free), Removed().Of(free)))
		j.Expect(h).To(HappenBefore(Exit().Of(free), Removed().Of(free)))
	})
	s.Check("prestop.network-available", func(j *judge.J, h *History) {
		wrote := Entry("wrote").Of(free)
		j.Expect(h).To(Contain(wrote.With("path", "/data/message")))
		j.Expect(h).To(ContainNo(wrote.Saying("err", ".")))
		j.Expect(h).To(Contain(HookEnd(PreStop).Of(free).Saying("get", "^[1-5][0-9][0-9]$"))) // any answer
	})
	s.Check("prestop.secret-api-access", func(j *judge.J, h *History) {
		end := HookEnd(PreStop).Of(free)
		j.Expect(h).To(Contain(end))
		// 403: who asks is known, but may not see this. 401: the token is refused.
		j.Expect(h.First(end).Fields["get"]).To(gomega.BeElementOf("200", "403"), "the answer to a request with the token")
	})
	s.Check("prestop.once", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(HookBegin(PreStop).Of(held), 1))
	})
	s.Check("prestop.sync-then-term-immediately", func(j *judge.J, h *History) {
		// Else the signal would come 12 s later, at the end of the grace period.
		j.Expect(h).To(Elapse(HookEnd(PreStop).Of(held), term.Of(held), 0, (15-3)*time.Second/2))
	})
	s.Check("event.no-success-event", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookEnd(PostStart).Of(held)))
		j.Expect(h).To(Contain(HookEnd(PreStop).Of(held)))
		j.Expect(h).To(Contain(KubeEvent("Killing").Of(held)))
		j.Expect(h).To(ContainNo(AnyKubeEvent("Event of another reason than Scheduled, Pulling, Pulled, Created, Started, Killing", func(e *corev1.Event) bool {
			switch e.Reason {
			case "Scheduled", "Pulling", "Pulled", "Created", "Started", "Killing":
				return false
			}
			return true
		}).Of(held)))
	})
	s.Check("event.killing-before-hook", func(j *judge.J, h *History) {
		// The Event has whole seconds. The stop signal would be 3 s after the hook's begin.
		j.Expect(h).To(Elapse(KubeEvent("Killing").Of(held), HookBegin(PreStop).Of(held), -Truncated, Reaction))
	})
	s.Check("status.phase-running-in-prestop", func(j *judge.J, h *History) {
		j.Expect(h).To(HoldThroughout(HookBegin(PreStop).Of(held), HookEnd(PreStop).Of(held), Phase(corev1.PodRunning)))
	})
	s.Check("status.container-running-in-prestop", func(j *judge.J, h *History) {
		j.Expect(h).To(HoldThroughout(HookBegin(PreStop).Of(held), HookEnd(PreStop).Of(held), ContainerRunning("app")))
	})
	s.Check("status.terminal-phase-before-removal", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed)).Of(free), Removed().Of(free)))
	})
	s.Check("status.exit-0-succeeded", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodSucceeded)).Of(held)))
	})
	s.Check("status.terminated-fields", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Ended("app", 0, "Completed")).Of(held)))
		// It started after it was created and ended after it was deleted.
		j.Expect(h).To(Elapse(StepBegin("create").Of(held), Running().Of(held), -Truncated-ClockError, Patience))
		j.Expect(h).To(Elapse(StepBegin("delete").Of(held), Terminated().Of(held), 0, 15*time.Second+Reaction))
	})
	s.Check("delete.timestamp", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(15)).Of(held)))
		// It is the time of the request plus the grace period: not before the
		// request began, not after it was answered.
		const grace = 15 * time.Second
		j.Expect(h).To(Elapse(StepBegin("delete").Of(held), DeletionTimestamp().Of(held), grace-2*Truncated, grace+Reaction))
		j.Expect(h).To(Elapse(StepEnd("delete").Of(held), DeletionTimestamp().Of(held), grace-Reaction, grace+2*Truncated))
	})
	s.Check("delete.finalizer-holds", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainNo(Removed().Of(held)))
		// So the kubelet leaves an object that it has no more use for.
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(0).And(Phase(corev1.PodSucceeded))).Of(held)))
	})
})
