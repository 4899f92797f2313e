package prestop

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A pod that is deleted while an init container runs: the init container gets the
// stop signal at once, and no hook runs.
//
//  1. a pod whose init container runs on, and whose container has a sleep of 45 s
//     as its preStop hook
//  2. wait until the init container runs and, for two seconds, until it can handle
//     signals; delete the pod with its 60 s of grace
//  3. wait until the kubelet is done with it
var _ = Describe("deletion while an init container runs", "prestop/init_deletion", func(s *S) {
	s.Do(Create(), Await(Running().In("init"), Patience), Observe(2*time.Second), Delete(), AwaitTerminated())

	s.Check("prestop.skip.init-and-ephemeral", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(StepBegin("delete"), Signal("SIGTERM").In("init"), -ClockError, Reaction))
		j.Expect(h).To(Elapse(StepBegin("delete"), PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed)), 0, Reaction))
		j.Expect(h).To(ContainNo(Start().In("app")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook")))
	})
})
