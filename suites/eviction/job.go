package eviction

import (
	"strings"

	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A Job ends its pods by deleting them: when its deadline has passed, and when it
// is suspended. Hooks run then.
//
//  1. two Jobs whose pods would run for ever and have a preStop hook of 2 s: one
//     with a deadline of 4 s
//  2. wait until both pods run; suspend the other Job
//  3. wait until the kubelet is done with the pods
var _ = Describe("pods that their Job ends", "eviction/job", func(s *S) {
	both := func(h *History) bool { return len(h.All(Running())) >= 2 }
	s.Do(Create(), AwaitFor("two running pods", Patience, both), Change("Job", "job-suspended", `{"spec":{"suspend":true}}`), AwaitTerminated())

	s.Check("deadline.job-vs-pod", func(j *judge.J, h *History) {
		deleted(j, h, "job-deadline-")
	})
	s.Check("job.suspend-runs-hooks", func(j *judge.J, h *History) {
		deleted(j, h, "job-suspended-")
		j.Expect(h).To(HappenBefore(StepBegin("change"), HookBegin(PreStop).Of(podOf(h, "job-suspended-"))))
	})
})

// deleted expects that a Job's pod was deleted through the API with the grace
// period of its spec, and that its hook ran to the end before the stop signal.
func deleted(j *judge.J, h *History, prefix string) {
	pod := podOf(h, prefix)
	j.Expect(pod).NotTo(gomega.BeEmpty(), "the name of the Job's pod")
	j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(20)).Of(pod)))
	j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(pod), Signal("SIGTERM").Of(pod)))
}

// podOf returns the name of the pod that a Job made, or "".
func podOf(h *History, prefix string) string {
	for _, pod := range h.Pods() {
		if strings.HasPrefix(pod, prefix) {
			return pod
		}
	}
	return ""
}
