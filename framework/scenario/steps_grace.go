package scenario

import (
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
)

// graceOf returns the grace period of a pod that is being deleted. Where the
// version that says so has not arrived yet, it is what our request asks for, or
// else what the pod's spec says.
func graceOf(h *history.History, name string) time.Duration {
	p := h.Pod(name)
	if p == nil {
		return 0
	}
	if s := p.DeletionGracePeriodSeconds; s != nil {
		return time.Duration(*s) * time.Second
	}
	for _, step := range []string{"delete", "evict"} {
		request := h.First(history.StepBegin(step).Of(name))
		if request == nil {
			continue
		}
		if asked, err := time.ParseDuration(request.Fields["grace"]); err == nil {
			return asked
		}
		if s := h.Spec(name).TerminationGracePeriodSeconds; s != nil {
			return time.Duration(*s) * time.Second
		}
	}
	return 0
}
