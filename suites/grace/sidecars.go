package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Sidecars wait for the app to end, but not beyond the grace period.
//
//  1. a pod with 8 s of grace whose app and whose second sidecar ignore the stop
//     signal; the first sidecar exits on it
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("one grace period for app and sidecars", "grace/sidecars", func(s *S) {
	const grace = 8 * time.Second
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("grace.sidecar-budget", func(j *judge.J, h *History) {
		term := Signal("SIGTERM")
		for _, sidecar := range []string{"deaf", "polite"} {
			j.Expect(h).To(Elapse(term.In("app"), term.In(sidecar), grace-Early, grace+Reaction))
		}
		// A grace period of its own would be 8 s, and polite's turn would come
		// when deaf has ended.
		j.Expect(h).To(Elapse(term.In("deaf"), LastBeat().In("deaf"), Floor/2, (Floor+grace)/2))
		// That would be at the last heartbeat or up to 0.15 s after it; it is 2 s before it, and was 1.3 s before in the
		// slowest of 117 runs.
		j.Expect(h).To(Elapse(term.In("polite"), LastBeat().In("deaf"), Floor/4, (Floor+grace)/2))
	})
})
