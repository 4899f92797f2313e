package poststart

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Every instance of a container gets its postStart hook.
//
//  1. a pod whose liveness probe fails, in the first instance of the container only,
//     which exits 1 on the stop signal
//  2. wait until its second instance is ready; delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("postStart after a restart", "poststart/restart", func(s *S) {
	again := PodVersion(Restarts("app", 1).And(ContainerReady("app")))
	s.Do(Create(), Await(again, Patience), Delete(), AwaitTerminated())

	s.Check("poststart.restart-reruns", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).Instance(1), 1))
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).Instance(2), 1))
	})
	s.Check("status.laststate-after-restart", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Restarts("app", 1).And(LastEnded("app", 1)))))
	})
})
