package grace

import (
	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A pod that says nothing about its grace period has 30 s.
//
//  1. a pod without terminationGracePeriodSeconds whose entrypoint exits on the
//     stop signal
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("thirty seconds by default", "grace/default", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("grace.default-30", func(j *judge.J, h *History) {
		seconds := h.Spec("default-grace").TerminationGracePeriodSeconds
		j.Expect(seconds).To(gomega.HaveValue(gomega.BeEquivalentTo(30)), "terminationGracePeriodSeconds of the pod as the API server has it")
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(30))))
	})
})
