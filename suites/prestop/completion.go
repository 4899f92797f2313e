package prestop

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// When the last main container has completed, the sidecars are stopped, with their
// preStop hooks.
//
//  1. a pod that is not to be restarted, of a sidecar that exits 3 on the stop
//     signal, and a container that ends by itself; both have a preStop hook
//  2. wait until the kubelet is done with it
var _ = Describe("preStop of a sidecar on completion", "prestop/completion", func(s *S) {
	s.Do(Create(), AwaitTerminated())

	s.Check("prestop.trigger.sidecar-on-completion", func(j *judge.J, h *History) {
		expectStopped(j, h, Exit().In("app"), func(p Pattern) Pattern { return p.In("sidecar") })
		j.Expect(h).To(ContainNo(HookBegin(PreStop).In("app")))
		j.Expect(h).To(Contain(Exit().In("sidecar").With("code", "3")))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodSucceeded))))
	})
})
