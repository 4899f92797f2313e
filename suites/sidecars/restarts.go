package sidecars

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Sidecars are restarted whatever the pod's restartPolicy, and how they end is of
// no account.
//
//  1. a pod with restartPolicy Never and the sidecars t, s and u. When the app
//     container has started, u's liveness begins to fail; when u runs again, s ends
//     with exit code 1; when s runs again, the app container ends with 0. Then s
//     exits 7 on its stop signal, and t ignores its own
//  2. wait until the kubelet is done with it
var _ = Describe("the restart of sidecars", "sidecars/restarts", func(s *S) {
	killing := KubeEventSaying("Killing", "^Init container u failed liveness probe")
	s.Do(Create(), AwaitTerminated(), Await(killing, Patience))

	s.Check("sidecar.restart-on-crash", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Terminated().In("s").Instance(1).With("exitCode", "1")))
		j.Expect(h).To(Contain(Start().In("s").Instance(2)))
		for _, instance := range []int{1, 2} {
			j.Expect(h).To(ContainTimes(HookEnd(PostStart).In("s").Instance(instance), 1))
		}
		j.Expect(h).To(HappenBefore(Exit().In("s").Instance(1), Exit().In("app")))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("app"))))
	})
	s.Check("sidecar.liveness-prestop", func(j *judge.J, h *History) {
		first := func(p Pattern) Pattern { return p.In("u").Instance(1) }
		j.Expect(h).To(Contain(killing.In("u")))
		j.Expect(h).To(ContainTimes(first(HookBegin(PreStop)), 1))
		j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Signal("SIGTERM"))))
		j.Expect(h).To(Contain(PodVersion(Restarts("u", 1))))
		j.Expect(h).To(Contain(Start().In("u").Instance(2)))
	})
	s.Check("sidecar.exit-code-ignored", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Phase("Succeeded").And(Ended("s", 7, "Error")).And(Ended("t", 137, "Error")).And(Ended("app", 0, "Completed")))))
		j.Expect(h).To(ContainNo(PodVersion(Phase("Failed"))))
	})
})
