package prestop

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A container that a probe condemns gets its preStop hook before its stop signal.
//
//  1. a pod whose liveness probe fails after 2 s, and one whose startup probe
//     fails, both in the first instance of the container only
//  2. wait until the second instances run; delete the pods
//  3. wait until the kubelet is done with them
var _ = Describe("preStop on a failed probe", "prestop/probes", func(s *S) {
	const liveness, startup = "probes-liveness", "probes-startup"
	again := PodVersion(Restarts("app", 1).And(ContainerReady("app")))
	s.Do(Create(), Await(again.Of(liveness), Patience), Await(again.Of(startup), Patience), Delete(), AwaitTerminated())

	for id, pod := range map[string]string{"prestop.trigger.liveness": liveness, "prestop.trigger.startup": startup} {
		s.Check(id, func(j *judge.J, h *History) {
			first := func(p Pattern) Pattern { return p.Of(pod).Instance(1) }
			j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Signal("SIGTERM"))))
			j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed (liveness|startup) probe, will be restarted").Of(pod)))
			j.Expect(h).To(Contain(Start().Of(pod).Instance(2)))
		})
	}
})
