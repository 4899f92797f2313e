package demos

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// kubectl delete --force --grace-period=0: the object goes at once, without word
// from the kubelet.
//
//  1. apply an nginx with a preStop hook and 60 s of grace; wait until it is ready
//  2. delete it with a grace period of 0
//  3. wait until the object is gone
var _ = Describe("forced deletion", "demos/force_delete", func(s *S) {
	s.AsWritten()
	s.Do(Create(), AwaitReady(), Delete(Grace(0)), Await(Removed(), Patience))

	s.Check("delete.force.object-immediate", func(j *judge.J, h *History) {
		// Had the kubelet been asked, it would have published the end of the
		// container first.
		j.Expect(h).To(Elapse(StepBegin("delete"), Removed(), 0, Reaction))
		j.Expect(h).To(ContainNo(PodVersion(Phase("Succeeded", "Failed"))))
	})
})
