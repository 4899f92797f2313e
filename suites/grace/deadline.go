package grace

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A pod that is past its deadline is stopped with its whole grace period.
//
//  1. a pod with 6 s of grace whose entrypoint ignores the stop signal
//  2. wait until it is ready; give it an activeDeadlineSeconds that has passed
//  3. wait until the kubelet is done with it
var _ = Describe("the grace period at the deadline", "grace/deadline", func(s *S) {
	const grace, byDefault = 6 * time.Second, 30 * time.Second
	s.Do(Create(), AwaitReady(), Patch("deadline-kill", "", `{"spec":{"activeDeadlineSeconds":1}}`), AwaitTerminated())

	s.Check("grace.activedeadline-full", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Condition{What: "reason DeadlineExceeded", Is: func(p *corev1.Pod) bool {
			return p.Status.Phase == corev1.PodFailed && p.Status.Reason == "DeadlineExceeded"
		}})))
		// Between the grace period of the spec and the one that a pod has by default.
		j.Expect(h).To(Elapse(Signal("SIGTERM"), LastBeat(), grace-Early, (grace+byDefault)/2))
	})
})
