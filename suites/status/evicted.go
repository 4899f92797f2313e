package status

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Pods that the kubelet evicts because they use more local storage than they may.
//
//  1. two pods with an ephemeral-storage limit of a byte: one's entrypoint exits 1
//     on the stop signal, the other's 0
//  2. wait until they are evicted, which the kubelet sees to each 10 s
//  3. wait until the kubelet is done with them
var _ = Describe("pods evicted by the kubelet", "status/evicted", func(s *S) {
	const failing, clean = "evicted", "evicted-clean"
	evicted := KubeWarning("Evicted")
	final := Phase("Failed").And(Condition{What: "reason Evicted and a message that names the ephemeral storage", Is: func(p *corev1.Pod) bool {
		return p.Status.Reason == "Evicted" && strings.Contains(p.Status.Message, "ephemeral")
	}})
	s.Do(Create(), Await(evicted.Of(failing), Patience), Await(evicted.Of(clean), Patience), AwaitTerminated())

	s.Check("status.evicted", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(evicted.Of(failing)))
		j.Expect(h).To(Contain(PodVersion(final).Of(failing)))
		j.Expect(h).To(ContainNo(PodVersion(Deleting())))
		j.Expect(h).To(ContainNo(Removed()))
	})
	s.Check("status.evicted-exit-0", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(evicted.Of(clean)))
		j.Expect(h).To(Contain(PodVersion(final).Of(clean)))
	})
})
