package prestop

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A container that a probe condemns gets its preStop hook before its stop signal,
// unless there is no grace period at all.
//
//  1. a pod whose liveness probe fails after 2 s, one whose startup probe fails, and
//     one whose liveness probe fails and that has 0 s of grace; all in the first
//     instance of the container only
//  2. wait until the second instances run; delete the pods
//  3. wait until the kubelet is done with them
var _ = Describe("preStop on a failed probe", "prestop/probes", func(s *S) {
	const liveness, startup, zero = "probes-liveness", "probes-startup", "probes-zero"
	begun, broken := HookBegin(PreStop).Of(zero).Instance(2), KubeEvent("FailedPreStopHook").Of(zero)
	again := PodVersion(Restarts("app", 1).And(ContainerReady("app")))
	s.Do(Create(), Await(again.Of(liveness), Patience), Await(again.Of(startup), Patience), Await(again.Of(zero), Patience), Delete(), AwaitTerminated(),
		AwaitFor("the hook of the pod without grace", Patience, func(h *History) bool { return h.First(begun) != nil || h.First(broken) != nil }))

	s.Check("prestop.skip.tgps0-probe-kill", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed liveness probe, will be restarted").Of(zero)))
		j.Expect(h).To(Contain(Signal("SIGTERM").Of(zero).Instance(1)))
		j.Expect(h).To(ContainNo(HookBegin(PreStop).Of(zero).Instance(1)))
		if h.First(begun) == nil { // a busy node may need more for the start of an exec than the second that there is
			j.Expect(h).To(Contain(broken))
		}
	})
	for id, pod := range map[string]string{"prestop.trigger.liveness": liveness, "prestop.trigger.startup": startup} {
		s.Check(id, func(j *judge.J, h *History) {
			first := func(p Pattern) Pattern { return p.Of(pod).Instance(1) }
			j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Signal("SIGTERM"))))
			j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed (liveness|startup) probe, will be restarted").Of(pod)))
			j.Expect(h).To(Contain(Start().Of(pod).Instance(2)))
		})
	}
})
