package prestop

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Deleting a namespace, and deleting pods by the collection, runs preStop hooks as
// any deletion does.
//
//  1. a second namespace with a pod, and a pod in the first; both have a preStop
//     hook of 2 s
//  2. wait until they are ready; delete the second namespace, and in the first one
//     the collection of the scenario's pods
//  3. wait until the kubelet is done with them
var _ = Describe("preStop on the deletion of many", "prestop/namespace", func(s *S) {
	s.Do(Create(), AwaitReady(), DeleteObject("Namespace", "namespace-second"), DeleteCollection(), AwaitTerminated())

	s.Check("prestop.trigger.namespace-delete", func(j *judge.J, h *History) {
		expectStopped(j, h, StepBegin("delete-object"), func(p Pattern) Pattern { return p.Of("namespace-in") })
		expectStopped(j, h, StepBegin("delete-collection"), func(p Pattern) Pattern { return p.Of("namespace-collection") })
		for _, pod := range []string{"namespace-in", "namespace-collection"} {
			j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(15)).Of(pod)))
		}
	})
})
