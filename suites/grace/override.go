package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The request may shorten the grace period of the spec.
//
//  1. a pod with 60 s of grace whose entrypoint ignores the stop signal
//  2. wait until it is ready; delete it with 4 s of grace
//  3. wait until the kubelet is done with it
var _ = Describe("a shorter grace period in the request", "grace/override", func(s *S) {
	const grace = 4 * time.Second
	s.Do(Create(), AwaitReady(), Delete(Grace(grace)), AwaitTerminated())

	s.Check("grace.delete-override-shorter", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(4))))
		// The spec's grace period would be 60 s.
		j.Expect(h).To(Elapse(Signal("SIGTERM"), LastBeat(), grace-Early, grace+Reaction))
	})
})
