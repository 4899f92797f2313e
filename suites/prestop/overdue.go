package prestop

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Hooks that go on when nobody waits for them any more, and a hook that is waited
// for though its container has ended.
//
//  1. a pod of three containers whose preStop hooks take longer than the grace
//     period: by exec, by sleep, and by a request that gets no answer; and a pod of
//     two containers, where the preStop hook of one makes the other's main process
//     exit, whose own hook is a sleep of 10 s
//  2. wait until they are ready; delete the first with 5 s of grace, the second with
//     its 60 s
//  3. wait until the kubelet is done with them and the Events are there
var _ = Describe("overdue preStop hooks", "prestop/overdue", func(s *S) {
	const pod, asleep = "overdue", "overdue-asleep"
	const grace, sleep = 5 * time.Second, 10 * time.Second
	failed := KubeEvent("FailedPreStopHook").Of(pod)
	s.Do(Create(), AwaitReady(), DeletePods([]string{pod}, Grace(grace)), DeletePods([]string{asleep}), AwaitTerminated(),
		Await(failed.In("exec"), Patience), Await(failed.In("http"), Patience))

	s.Check("prestop.late-failure-event", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainNo(HookEnd(PreStop).Of(pod)))
		// Not when the grace period begins, nor when the hook would have ended.
		j.Expect(h).To(Elapse(StepBegin("delete").Of(pod), failed.In("exec"), grace-2*Truncated, grace+Reaction+Reaction))
		j.Expect(h).To(Elapse(HookBegin(PreStop).Of(pod).In("exec"), failed.In("exec"), -Truncated, grace+Reaction))
		j.Expect(h).To(Contain(failed.In("http")))
		j.Expect(h).To(ContainNo(failed.In("sleep")))
	})
	s.Check("sleep.ignored-when-container-gone", func(j *judge.J, h *History) {
		// 6 s and 10 s lie far enough apart to tell one from the other.
		j.Expect(h).To(ContainNo(Signal("SIGTERM").Of(asleep).In("sleeper")))
		j.Expect(h).To(Elapse(Exit().Of(asleep).In("sleeper"), PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed)).Of(asleep), 0, 6*time.Second))
	})
	s.Check("prestop.main-exits-during-sleep", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookBegin(PreStop).Of(asleep).In("bell"), Exit().Of(asleep).In("sleeper")))
		// Were it slept to its end, that would take at least as long as the sleep.
		j.Expect(h).To(Elapse(StepBegin("delete").Of(asleep), PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed)).Of(asleep), 0, sleep/2))
	})
})
