package prestop

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A preStop hook that fails changes nothing but an Event.
//
//  1. two pods whose preStop hook exits 1: one's entrypoint exits 0 on the stop
//     signal, the other's 7
//  2. wait until they are ready; delete them with 20 s of grace
//  3. wait until the kubelet is done with them and the Events are there
var _ = Describe("a failing preStop", "prestop/failure", func(s *S) {
	const zero, seven = "failure-0", "failure-7"
	failed := KubeEvent("FailedPreStopHook")
	s.Do(Create(), AwaitReady(), Delete(Grace(20*time.Second)), AwaitTerminated(), Await(failed.Of(zero), Patience))

	s.Check("prestop.failure.continues", func(j *judge.J, h *History) {
		// Else the signal would come at the end of the grace period of 20 s.
		j.Expect(h).To(Elapse(HookEnd(PreStop).Of(zero), Signal("SIGTERM").Of(zero), 0, 20*time.Second/2))
	})
	s.Check("prestop.failure.event", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeWarning("FailedPreStopHook").Of(zero).In("app")))
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
