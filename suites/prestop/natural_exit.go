package prestop

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A container that ends by itself gets no preStop hook.
//
//  1. two pods with a preStop hook and restartPolicy Never: one's entrypoint
//     exits 0 after 1 s, the other's 1
//  2. wait until the kubelet is done with them
var _ = Describe("no preStop after a natural exit", "prestop/natural_exit", func(s *S) {
	s.Do(Create(), AwaitTerminated())

	s.Check("prestop.skip.natural-exit", func(j *judge.J, h *History) {
		for _, pod := range []string{"natural-exit-0", "natural-exit-1"} {
			j.Expect(h).To(Contain(Exit().Of(pod)))
			j.Expect(h).To(ContainNo(HookBegin(PreStop).Of(pod)))
			j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").Of(pod)))
		}
	})
})
