package prestop

import (
	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What controllers delete gets its preStop hook: the replica that is too many, and
// what the garbage collector removes after its owner.
//
//  1. a Deployment of two pods with a preStop hook and 60 s of grace
//  2. wait until both are ready; scale it to one, and wait until a pod is being
//     deleted; delete the Deployment
//  3. wait until the kubelet is done with both
var _ = Describe("preStop on deletion by controllers", "prestop/owner", func(s *S) {
	const kind, name = "Deployment", "owner"
	deleting := PodVersion(Deleting())
	s.Do(Create(), AwaitFor("two pods", Patience, func(h *History) bool { return len(h.Pods()) == 2 }), AwaitReady(),
		Scale(kind, name, 1), Await(deleting, Patience), DeleteObject(kind, name), AwaitTerminated())

	s.Check("prestop.trigger.owner-cascade", func(j *judge.J, h *History) {
		pods := h.Pods()
		j.Expect(pods).To(gomega.HaveLen(2), "pods of the Deployment")
		scaled := h.First(deleting)
		j.Expect(scaled).NotTo(gomega.BeNil(), "a pod that was deleted")
		for _, pod := range pods {
			cause := StepBegin("delete-object")
			if pod == scaled.Pod {
				cause = StepBegin("scale")
			}
			j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(60)).Of(pod)))
			expectStopped(j, h, cause, func(p Pattern) Pattern { return p.Of(pod) })
		}
	})
})
