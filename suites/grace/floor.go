package grace

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Between stop signal and SIGKILL there are at least 2 s, even where the grace
// period is shorter; and a grace period of 1 s is not one of 0.
//
//  1. a pod without a hook whose entrypoint ignores the stop signal; our finalizer
//     does not hold its object
//  2. wait until it is ready; delete it with 1 s of grace
//  3. wait until the kubelet is done with it, and its object gone
var _ = Describe("two seconds at least", "grace/floor", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(Grace(time.Second)), AwaitTerminated(), Await(Removed(), Patience))

	s.Check("grace.two-second-floor", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(1))))
		// Between the second of the grace period and the two of the floor.
		const grace, half = time.Second, 500 * time.Millisecond
		j.Expect(h).To(Elapse(Signal("SIGTERM"), LastBeat(), grace+half, Floor+Reaction))
	})
	s.Check("delete.kubectl-flags", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(1))))
		j.Expect(h).To(HappenBefore(PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed)), Removed()))
		j.Expect(h).To(HappenBefore(LastBeat(), Removed()))
	})
})
