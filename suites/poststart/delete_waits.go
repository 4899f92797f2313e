package poststart

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A pod is deleted while its postStart hook runs.
//
//  1. a pod with 2 s of grace and a postStart hook of 8 s
//  2. when its container has been started, delete it
//  3. wait until the kubelet is done with it
var _ = Describe("deletion during postStart", "poststart/delete_waits", func(s *S) {
	s.Do(Create(), Await(KubeEvent("Started"), Patience), Delete(), AwaitTerminated())

	s.Check("poststart.delete-waits", func(j *judge.J, h *History) {
		term, over := Signal("SIGTERM"), HookEnd(PostStart)
		if h.First(HookBegin(PostStart)) == nil && h.First(KubeEvent("FailedPostStartHook")) == nil {
			j.Inconclusive("the hook had not been called when the pod was deleted")
		}
		j.Expect(h).To(Contain(term))
		if h.First(over) == nil {
			return // it was ended with its container
		}
		if before, err := h.Before(h.First(StepEnd("delete")), h.First(over)); err != nil || !before {
			j.Inconclusive("the hook had ended before the pod was deleted")
		}
		if low, high, err := h.Distance(h.First(StepEnd("delete")), h.First(term)); err == nil {
			j.Measure("deletion_to_stop_signal_seconds", []float64{(low + (high-low)/2).Seconds()}, (high-low).Seconds()/2)
		}
		j.Expect(h).To(HappenBefore(term, over))
	})
})
