package poststart

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Restart rules of a container decide after a failed postStart hook, by the exit
// code of the main process.
//
//  1. a pod with restartPolicy Never and two containers with a rule to restart on
//     exit code 42, whose postStart hooks fail: one's main process exits 42 on the
//     stop signal, the other's 7
//  2. wait until the first runs again, its hook succeeding, and the second has ended;
//     delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("restart rules after a failed postStart", "poststart/failure_rules", func(s *S) {
	again := PodVersion(Restarts("listed", 1).And(ContainerReady("listed")))
	s.Do(Create(), Await(again, Patience), Await(Terminated().In("unlisted"), Patience),
		Delete(), AwaitTerminated())

	s.Check("poststart.failure.restart-rules", func(j *judge.J, h *History) {
		// Both would be restarted at the same time, in the sync after the one that killed them.
		for _, container := range []string{"listed", "unlisted"} {
			j.Expect(h).To(Contain(KubeEvent("FailedPostStartHook").In(container)))
		}
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).In("listed").Instance(2).With("exit", "0"), 1))
		j.Expect(h).To(Contain(again))
		j.Expect(h).To(Contain(Terminated().In("unlisted").With("exitCode", "7")))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("unlisted"))))
	})
})
