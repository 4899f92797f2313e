package poststart

import (
	"fmt"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// pods is how often the race is run.
const pods = 12

// Which comes first, entrypoint or postStart hook? Nothing promises an order, so
// none is demanded: the race is run 12 times and reported as a distribution.
//
//  1. a Job of 12 pods whose entrypoint and postStart hook do nothing but write
//     down when they began
//  2. wait until all run, which is after their hooks; delete them
//  3. wait until the kubelet is done with them
var _ = Describe("the race of entrypoint and postStart", "poststart/order", func(s *S) {
	s.Do(Create(), AwaitFor(fmt.Sprintf("%d running pods", pods), 2*Patience, func(h *History) bool {
		return len(h.All(Running())) >= pods
	}), Delete(Grace(time.Second)), AwaitTerminated())

	s.Check("poststart.no-entrypoint-order", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(Start(), pods))
		j.Expect(h).To(ContainTimes(HookBegin(PostStart), pods))
		var lead []float64 // of the entrypoint, in seconds: negative where the hook came first
		for _, pod := range h.Pods() {
			entrypoint, hook := h.First(Start().Of(pod)), h.First(HookBegin(PostStart).Of(pod))
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
		j.Outcome(fmt.Sprintf("the entrypoint began first in %d of %d pods", first, len(lead)))
		j.Measure("entrypoint_before_poststart_seconds", lead, 1e-6)
	})
})
