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
//  1. two pods whose preStop hook exits 1: one's prints a text, and its entrypoint
//     exits 0 on the stop signal, the other's 7; and a pod of four containers,
//     whose hooks fail each in its own way
//  2. wait until they are ready; ask for a deletion of the first as a dry run, and
//     of a pod of that name with another UID, and with another version; watch it
//     for 3 s
//  3. delete all with 60 s of grace
//  4. wait until the kubelet is done with them and the Events are there
var _ = Describe("a failing preStop", "prestop/failure", func(s *S) {
	const zero, seven, kinds = "failure-0", "failure-7", "failure-kinds"
	const grace = 60 * time.Second
	ways := []string{"exit", "missing", "refused", "tcp"}
	failed := KubeEvent("FailedPreStopHook")
	first := []string{zero}
	s.Do(Create(), AwaitReady(), DeletePods(first, DryRun()), Try(DeletePods(first, IfUID("00000000-0000-0000-0000-000000000000"))),
		Try(DeletePods(first, IfResourceVersion("1"))), Observe(3*time.Second),
		Delete(Grace(grace)), AwaitTerminated(), Await(failed.Of(zero), Patience))
	for _, way := range ways {
		s.Do(Await(failed.Of(kinds).In(way), Patience))
	}

	s.Check("prestop.skip.dry-run-or-precondition", func(j *judge.J, h *History) {
		carriedOut := StepBegin("delete").Of(zero).With("grace", "60s")
		j.Expect(h).To(ContainTimes(StepEnd("delete").Of(zero).With("code", "409"), 2))
		j.Expect(h).To(HappenBefore(carriedOut, HookBegin(PreStop).Of(zero)))
		j.Expect(h).To(HappenBefore(carriedOut, PodVersion(Deleting()).Of(zero)))
	})
	s.Check("prestop.failure.kinds", func(j *judge.J, h *History) {
		for _, way := range ways {
			j.Expect(h).To(Contain(KubeWarning("FailedPreStopHook").Of(kinds).In(way)))
			// Else the signal would come at the end of the grace period.
			j.Expect(h).To(Elapse(StepBegin("delete").Of(kinds), Signal("SIGTERM").Of(kinds).In(way), -ClockError, Reaction))
			j.Expect(h).To(Contain(PodVersion(Ended(way, 0, "Completed")).Of(kinds)))
		}
	})

	s.Check("prestop.failure.continues", func(j *judge.J, h *History) {
		// Else the signal would come at the end of the grace period.
		j.Expect(h).To(Elapse(HookEnd(PreStop).Of(zero), Signal("SIGTERM").Of(zero), 0, grace/2))
	})
	s.Check("prestop.failure.event", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeWarning("FailedPreStopHook").Of(zero).In("app")))
		j.Expect(h).To(Contain(KubeEventSaying("FailedPreStopHook", "^PreStopHook failed$").Of(zero).In("app")))
	})
	s.Check("prestop.failure.status-unaffected", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookEnd(PreStop).Of(zero).With("exit", "1")))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodSucceeded).And(Ended("app", 0, "Completed"))).Of(zero)))
		j.Expect(h).To(Contain(PodVersion(Ended("app", 7, "Error")).Of(seven)))
	})
	s.Check("prestop.failure.no-retry", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(HookBegin(PreStop).Of(zero), 1))
		j.Expect(h).To(ContainTimes(HookBegin(PreStop).Of(seven), 1))
	})
	s.Check("status.exit-nonzero-failed", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Exit().Of(seven).With("code", "7")))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed)).Of(seven)))
	})
})
