package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Between stop signal and SIGKILL there are at least 2 s, even where the grace
// period is shorter.
//
//  1. a pod with 1 s of grace and no hook, whose entrypoint ignores the stop signal
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("two seconds at least", "grace/floor", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("grace.two-second-floor", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(1))))
		// Between the second of the grace period and the two of the floor.
		const grace, half = time.Second, 500 * time.Millisecond
		j.Expect(h).To(Elapse(Signal("SIGTERM"), LastBeat(), grace+half, Floor+Reaction))
	})
})
