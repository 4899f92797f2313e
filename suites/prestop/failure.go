package prestop

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A preStop hook that fails changes nothing but an Event; and a deletion that is not
// carried out runs none.
//
//  1. a pod of four containers whose entrypoints exit 0 on the stop signal, and whose
//     preStop hooks fail each in its own way: by printing a text and exiting 1, for
//     want of a program, of a listener, and by being a tcpSocket; and a pod whose hook
//     exits 1 and whose entrypoint exits 7
//  2. wait until they are ready; ask for a deletion of the first as a dry run, and
//     of a pod of that name with another UID, and with another version; watch it
//     for 3 s
//  3. delete all with 60 s of grace
//  4. wait until the kubelet is done with them and the Events are there
var _ = Describe("a failing preStop", "prestop/failure", func(s *S) {
	const zero, seven = "failure-0", "failure-7"
	const grace = 60 * time.Second
	ways := []string{"exit", "missing", "refused", "tcp"}
	failed := KubeEvent("FailedPreStopHook")
	first := []string{zero}
	s.Do(Create(), AwaitReady(), DeletePods(first, DryRun()), Try(DeletePods(first, IfUID("00000000-0000-0000-0000-000000000000"))),
		Try(DeletePods(first, IfResourceVersion("1"))), Observe(3*time.Second),
		Delete(Grace(grace)), AwaitTerminated())
	for _, way := range ways {
		s.Do(Await(failed.Of(zero).In(way), Patience))
	}

	carriedOut := StepBegin("delete").Of(zero).With("grace", "60s")
	exit := func(p Pattern) Pattern { return p.Of(zero).In("exit") }
	s.Check("prestop.skip.dry-run-or-precondition", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(StepEnd("delete").Of(zero).With("code", "409"), 2))
		j.Expect(h).To(HappenBefore(carriedOut, exit(HookBegin(PreStop))))
		j.Expect(h).To(HappenBefore(carriedOut, PodVersion(Deleting()).Of(zero)))
	})
	s.Check("prestop.failure.kinds", func(j *judge.J, h *History) {
		for _, way := range ways {
			j.Expect(h).To(Contain(KubeWarning("FailedPreStopHook").Of(zero).In(way)))
			// Else the signal would come at the end of the grace period.
			j.Expect(h).To(Elapse(carriedOut, Signal("SIGTERM").Of(zero).In(way), -ClockError, Reaction))
			j.Expect(h).To(Contain(PodVersion(Ended(way, 0, "Completed")).Of(zero)))
		}
	})

	s.Check("prestop.failure.continues", func(j *judge.J, h *History) {
		// Else the signal would come at the end of the grace period.
		j.Expect(h).To(Elapse(exit(HookEnd(PreStop)), exit(Signal("SIGTERM")), 0, grace/2))
	})
	s.Check("prestop.failure.event", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(exit(KubeWarning("FailedPreStopHook"))))
		j.Expect(h).To(Contain(exit(KubeEventSaying("FailedPreStopHook", "^PreStopHook failed$"))))
	})
	s.Check("prestop.failure.status-unaffected", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(exit(HookEnd(PreStop)).With("exit", "1")))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodSucceeded).And(Ended("exit", 0, "Completed"))).Of(zero)))
		j.Expect(h).To(Contain(PodVersion(Ended("app", 7, "Error")).Of(seven)))
	})
	s.Check("prestop.failure.no-retry", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(exit(HookBegin(PreStop)), 1))
		j.Expect(h).To(ContainTimes(HookBegin(PreStop).Of(seven), 1))
	})
	s.Check("tcp.prestop-fails", func(j *judge.J, h *History) {
		tcp := func(p Pattern) Pattern { return p.Of(zero).In("tcp") }
		j.Expect(h).To(Contain(tcp(failed)))
		j.Expect(h).To(ContainNo(tcp(Entry("tcp"))))
		j.Expect(h).To(Elapse(carriedOut, tcp(Signal("SIGTERM")), -ClockError, Reaction))
	})
	s.Check("http.conn-refused", func(j *judge.J, h *History) {
		refused := func(p Pattern) Pattern { return p.Of(zero).In("refused") }
		j.Expect(h).To(ContainTimes(refused(failed), 1))
		j.Expect(h).To(Elapse(carriedOut, refused(Signal("SIGTERM")), -ClockError, Reaction))
	})
	s.Check("status.exit-nonzero-failed", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Exit().Of(seven).With("code", "7")))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed)).Of(seven)))
	})
})
