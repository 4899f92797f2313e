package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A failing probe may bring a grace period of its own.
//
//  1. a pod with 60 s of grace and two containers: the liveness probe of one has 3 s
//     and fails after 2 s, the startup probe of the other has 3 s and fails; both in
//     the first instance only. The entrypoints ignore the stop signal
//  2. wait until the second instances run; delete the pod with -5 s of grace
//  3. wait until the kubelet is done with it
var _ = Describe("the grace period of a probe", "grace/probe", func(s *S) {
	const grace = 3 * time.Second
	again := func(container string) Pattern {
		return PodVersion(Restarts(container, 1).And(ContainerRunning(container)))
	}
	s.Do(Create(), Await(again("app"), Patience), Await(again("starting"), Patience), Delete(Grace(-5*time.Second)), AwaitTerminated())

	s.Check("grace.probe-level", func(j *judge.J, h *History) {
		for container, probe := range map[string]string{"app": "liveness", "starting": "startup"} {
			first := func(p Pattern) Pattern { return p.In(container).Instance(1) }
			j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed "+probe+" probe").In(container)))
			// The pod's grace period would be 60 s.
			j.Expect(h).To(Elapse(first(Signal("SIGTERM")), first(LastBeat()), grace-Early, grace+Reaction))
		}
	})
	s.Check("grace.negative-delete", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(1))))
	})
})
