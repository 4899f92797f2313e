package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A failing probe may bring a grace period of its own.
//
//  1. a pod with 60 s of grace whose liveness probe has 3 s and fails after 2 s, in
//     the first instance only; the entrypoint ignores the stop signal
//  2. wait until the second instance runs; delete the pod with -5 s of grace
//  3. wait until the kubelet is done with it
var _ = Describe("the grace period of a probe", "grace/probe", func(s *S) {
	const grace = 3 * time.Second
	again := PodVersion(Restarts("app", 1).And(ContainerRunning("app")))
	s.Do(Create(), Await(again, Patience), Delete(Grace(-5*time.Second)), AwaitTerminated())

	s.Check("grace.probe-level", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed liveness probe")))
		// The pod's grace period would be 60 s.
		j.Expect(h).To(Elapse(Signal("SIGTERM").Instance(1), LastBeat().Instance(1), grace-Early, grace+Reaction))
	})
	s.Check("grace.negative-delete", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(1))))
	})
})
