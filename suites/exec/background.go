package exec

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// When an exec hook is over that leaves a child behind.
//
//  1. a pod whose first container's hook leaves a child of 120 s that holds none
//     of the hook's pipes, whose second container's hook leaves one of 5 s that
//     holds stdout and stderr, and a third container
//  2. wait until it is ready, so that all hooks were over; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("an exec hook that leaves a child behind", "exec/background", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("exec.background-child", func(j *judge.J, h *History) {
		const child = "child"
		// The next container is started when the hook is over.
		j.Expect(h).To(Contain(HookBegin(child).In("quiet")))
		j.Expect(h).To(ContainNo(HookEnd(child).In("quiet")))
		j.Expect(h).To(Contain(Start().In("holding")))

		j.Expect(h).To(Contain(HookEnd(PostStart).In("holding").With("exit", "0")))
		j.Expect(h).To(Contain(Start().In("last")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook")))
		ended, last := h.First(HookEnd(child).In("holding")), h.First(Start().In("last"))
		if ended == nil {
			j.Outcome("the hook is over when its process ends")
			return
		}
		before, err := h.Before(ended, last)
		switch {
		case err != nil:
			j.Inconclusive(err.Error())
		case before:
			j.Outcome("the hook is over when the last holder of its output ends")
		default:
			j.Outcome("the hook is over when its process ends")
		}
	})
})
