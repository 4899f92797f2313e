package prestop

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A container whose main process ends while its postStart hook runs is stopped all
// the same, and its preStop hook is attempted though nothing runs any more.
//
//  1. a pod that receives requests; wait until it is ready
//  2. a pod whose three containers end so, one after the other, with a preStop hook
//     by exec, by sleep of 5 s, and by a request to the first pod
//  3. wait until the kubelet is done with it and the Events are there; delete the
//     receiver and wait for its journal
var _ = Describe("preStop of a dead container", "prestop/dead", func(s *S) {
	const pod, receiver = "dead", "dead-receiver"
	failed := KubeEvent("FailedPreStopHook").Of(pod).In("exec")
	s.Do(Create(receiver), AwaitReady(receiver), Create(pod), AwaitTerminated(pod), Await(failed, Patience),
		DeletePods([]string{receiver}), AwaitTerminated(receiver))

	s.Check("prestop.attempt-on-dead-container", func(j *judge.J, h *History) {
		for _, container := range []string{"exec", "sleep", "http"} {
			j.Expect(h).To(Contain(KubeEvent("FailedPostStartHook").Of(pod).In(container)))
			j.Expect(h).To(ContainNo(Signal("SIGTERM").Of(pod).In(container)))
		}
		j.Expect(h).To(ContainNo(HookBegin(PreStop)))
		j.Expect(h).To(Contain(failed))
		// Without the sleep the next container would start at once.
		j.Expect(h).To(Elapse(Exit().Of(pod).In("sleep"), Start().Of(pod).In("http"), 5*time.Second, 5*time.Second+Reaction))
		j.Expect(h).To(HappenBefore(Exit().Of(pod).In("http"), Request("/status/200?from=dead").Of(receiver)))
	})
})
