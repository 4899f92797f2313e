package signals

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A container may name its stop signal itself.
//
//  1. a pod with 6 s of grace and two containers with stopSignal SIGUSR1: one ends
//     by it and has a preStop hook of 2 s, the other ignores it
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("the stop signal of the container", "signals/spec", func(s *S) {
	const grace = 6 * time.Second
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("signal.spec-wins", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Signal("SIGUSR1").In("app")))
		j.Expect(h).To(ContainNo(Signal("SIGTERM").In("app")))
		j.Expect(h).To(Contain(PodVersion(StopSignal("app", corev1.SIGUSR1))))
		j.Expect(h).To(Contain(Terminated().In("app").With("exitCode", "0")))
	})
	s.Check("signal.after-prestop", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).In("app"), Signal("SIGUSR1").In("app")))
		j.Expect(h).To(Elapse(StepBegin("delete"), LastBeat().In("deaf"), grace-ClockError, grace+Reaction+Reaction))
		j.Expect(h).To(Contain(Terminated().In("deaf").With("exitCode", "137")))
	})
})
