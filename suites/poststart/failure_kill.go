package poststart

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// After a failed postStart hook: main processes that only SIGKILL ends.
//
//  1. a pod with no grace and one with 5 s, both with restartPolicy Never, whose
//     postStart hooks exit 1: the entrypoints ignore the stop signal, but for one
//     that has no handler for it at all
//  2. wait until the kubelet is done with them
var _ = Describe("SIGKILL after a failed postStart", "poststart/failure_kill", func(s *S) {
	const zero, whole, grace = "failure-kill-zero", "failure-kill-whole", 5 * time.Second
	failed := KubeEvent("FailedPostStartHook")
	s.Do(Create(), AwaitTerminated(), Await(failed.Of(zero), Patience), Await(failed.In("deaf"), Patience))

	s.Check("poststart.failure.tgps-zero", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainNo(HookBegin(PreStop).Of(zero)))
		// Neither at once nor after the 30 s of a pod that says nothing.
		j.Expect(h).To(Elapse(Signal("SIGTERM").Of(zero), LastBeat().Of(zero), Floor/2, Reaction/2))
		j.Expect(h).To(Contain(Terminated().Of(zero).With("exitCode", "137")))
	})
	s.Check("poststart.failure.kill-takes-tgps", func(j *judge.J, h *History) {
		// Not after the 2 s of the floor only: half-way between the two.
		j.Expect(h).To(Elapse(Signal("SIGTERM").In("ignores"), LastBeat().In("ignores"), (Floor+grace)/2, grace+Reaction))
		j.Expect(h).To(Contain(Terminated().In("ignores").With("exitCode", "137")))
	})
	s.Check("poststart.image-sigterm-pid1", func(j *judge.J, h *History) {
		// Both times have whole seconds.
		j.Expect(h).To(Elapse(failed.In("deaf"), Terminated().In("deaf"), grace-2*Truncated, grace+Reaction))
		j.Expect(h).To(Contain(Terminated().In("deaf").With("exitCode", "137")))
	})
})
