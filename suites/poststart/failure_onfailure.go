package poststart

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A failed postStart hook under restartPolicy OnFailure: only the exit code of
// the entrypoint decides whether there is another try, and not how the sidecar
// fares.
//
//  1. two pods with restartPolicy OnFailure whose first postStart hook exits 1:
//     one's entrypoint exits 0 on the stop signal, the other's 1; in the second a
//     sidecar has ended by then, whose postStart hook fails from its second run on,
//     and another app container runs
//  2. wait until the first has ended, the second runs again and its sidecar's hook
//     has failed; delete both
//  3. wait until the kubelet is done with them
var _ = Describe("a failing postStart, restartPolicy OnFailure", "poststart/failure_onfailure", func(s *S) {
	const zero, one = "failure-onfailure-0", "failure-onfailure-1"
	sidecarFailed := KubeEvent("FailedPostStartHook").Of(one).In("sidecar")
	s.Do(Create(), AwaitTerminated(zero), Await(PodVersion(Restarts("app", 1).And(ContainerRunning("app"))).Of(one), Patience),
		Await(sidecarFailed, Patience), Delete(), AwaitTerminated())

	s.Check("poststart.failure.onfailure", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Phase("Succeeded").And(Restarts("app", 0))).Of(zero)))
		j.Expect(h).To(ContainNo(Start().Of(zero).Instance(2)))
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).Of(one).In("app").Instance(2), 1))
	})
	s.Check("poststart.sidecar-failure-isolated", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(sidecarFailed))
		j.Expect(h).To(Contain(Start().Of(one).In("app").Instance(2)))
		j.Expect(h).To(ContainTimes(Start().Of(one).In("other"), 1))
	})
})
