package poststart

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A failed postStart hook under restartPolicy OnFailure: only the exit code of
// the entrypoint decides whether there is another try.
//
//  1. two pods with restartPolicy OnFailure whose first postStart hook exits 1:
//     one's entrypoint exits 0 on the stop signal, the other's 1
//  2. wait until the first has ended and the second runs again; delete both
//  3. wait until the kubelet is done with them
var _ = Describe("a failing postStart, restartPolicy OnFailure", "poststart/failure_onfailure", func(s *S) {
	s.Do(Create(), AwaitTerminated("failure-onfailure-0"),
		Await(PodVersion(Restarts("app", 1).And(ContainerRunning("app"))).Of("failure-onfailure-1"), Patience),
		Delete(), AwaitTerminated())

	s.Check("poststart.failure.onfailure", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Phase("Succeeded").And(Restarts("app", 0))).Of("failure-onfailure-0")))
		j.Expect(h).To(ContainNo(Start().Of("failure-onfailure-0").Instance(2)))
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).Of("failure-onfailure-1").Instance(2), 1))
	})
})
