package poststart

import (
	"fmt"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// races is how often the race is run: a container of the fixture each.
const races = 8

// Which comes first, entrypoint or postStart hook? Nothing promises an order, so
// none is demanded: the race is run 8 times and reported as a distribution.
//
//  1. a pod of 8 containers whose entrypoint and postStart hook do nothing but write
//     down when they began
//  2. wait until it is ready, which is after all hooks; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("the race of entrypoint and postStart", "poststart/order", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("poststart.no-entrypoint-order", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(Start(), races))
		j.Expect(h).To(ContainTimes(HookBegin(PostStart), races))
		var lead []float64 // of the entrypoint, in seconds: negative where the hook came first
		for _, entrypoint := range h.All(Start()) {
			hook := h.First(HookBegin(PostStart).In(entrypoint.Container))
			if low, high, err := h.Distance(entrypoint, hook); err == nil {
				lead = append(lead, (low + (high-low)/2).Seconds())
			}
		}
		first := 0
		for _, seconds := range lead {
			if seconds >= 0 {
				first++
			}
		}
		j.Outcome(fmt.Sprintf("the entrypoint began first in %d of %d containers", first, len(lead)))
		j.Measure("entrypoint_before_poststart_seconds", lead, 1e-6)
	})
})
