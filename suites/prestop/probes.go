package prestop

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A container that a probe condemns gets its preStop hook before its stop signal,
// unless there is no grace period at all; its next instance gets its postStart hook
// anew.
//
//  1. a pod of two containers, of which one's liveness probe fails after 2 s and the
//     other's startup probe fails; and a pod whose liveness probe fails and that has
//     0 s of grace; all in the first instance of the container only. The first one
//     has a postStart hook too, and exits 1 on the stop signal
//  2. wait until the second instances run; delete the pods
//  3. wait until the kubelet is done with them
var _ = Describe("preStop on a failed probe", "prestop/probes", func(s *S) {
	const pod, liveness, startup, zero = "probes", "liveness", "startup", "probes-zero"
	begun, broken := HookBegin(PreStop).Of(zero).Instance(2), KubeEvent("FailedPreStopHook").Of(zero)
	again := func(container string) Pattern {
		return PodVersion(Restarts(container, 1).And(ContainerReady(container)))
	}
	s.Do(Create(), Await(again(liveness).Of(pod), Patience), Await(again(startup).Of(pod), Patience), Await(again("app").Of(zero), Patience), Delete(), AwaitTerminated(),
		AwaitFor("the hook of the pod without grace", Patience, func(h *History) bool { return h.First(begun) != nil || h.First(broken) != nil }))

	s.Check("prestop.skip.tgps0-probe-kill", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed liveness probe, will be restarted").Of(zero)))
		j.Expect(h).To(Contain(Signal("SIGTERM").Of(zero).Instance(1)))
		j.Expect(h).To(ContainNo(HookBegin(PreStop).Of(zero).Instance(1)))
		if h.First(begun) == nil { // a busy node may need more for the start of an exec than the second that there is
			j.Expect(h).To(Contain(broken))
		}
	})
	for id, container := range map[string]string{"prestop.trigger.liveness": liveness, "prestop.trigger.startup": startup} {
		s.Check(id, func(j *judge.J, h *History) {
			first := func(p Pattern) Pattern { return p.In(container).Instance(1) }
			j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Signal("SIGTERM"))))
			j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed (liveness|startup) probe, will be restarted").In(container)))
			j.Expect(h).To(Contain(Start().In(container).Instance(2)))
		})
	}
	s.Check("poststart.restart-reruns", func(j *judge.J, h *History) {
		for _, instance := range []int{1, 2} {
			j.Expect(h).To(ContainTimes(HookEnd(PostStart).In(liveness).Instance(instance), 1))
		}
	})
	s.Check("status.laststate-after-restart", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Restarts(liveness, 1).And(LastEnded(liveness, 1))).Of(pod)))
	})
})
