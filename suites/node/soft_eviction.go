package node

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The kubelet evicts pods because a soft threshold is passed.
//
//  1. two pods that ignore the stop signal, one with 60 s of grace, one with 3 s
//  2. configure a threshold that is always passed and 10 s for evicted pods
//  3. wait until the kubelet is done with both; undo the configuration
var _ = Describe("soft eviction", "node/soft_eviction", func(s *S) {
	const long, short = "soft-eviction-long", "soft-eviction-short"
	const most, own = 10 * time.Second, 3 * time.Second
	s.Alone()
	s.Do(Create(), AwaitReady(), HoldJournals("app", long, short), StartKubelet(`
evictionSoft: {memory.available: 1Pi}
evictionSoftGracePeriod: {memory.available: 1s}
evictionMaxPodGracePeriod: 10
`), AwaitTerminated(), ReadJournals("app", long, short), RestoreNode())

	s.Check("prestop.trigger.soft-eviction", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(long), Signal("SIGTERM").Of(long)))
		// Its own would be 60 s.
		j.Expect(h).To(Elapse(HookBegin(PreStop).Of(long), LastBeat().Of(long), most-Early-Truncated, most+Reaction))
		j.Expect(h).To(Contain(KubeWarning("Evicted").Of(long)))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed).And(StatusReason("Evicted")).
			And(PodConditionIs(corev1.DisruptionTarget, corev1.ConditionTrue, corev1.PodReasonTerminationByKubelet))).Of(long)))
	})
	s.Check("evict.soft-grace-version", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeWarning("Evicted").Of(short)))
		// evictionMaxPodGracePeriod would be 10 s.
		j.Expect(h).To(Elapse(HookBegin(PreStop).Of(short), LastBeat().Of(short), own-Early-Truncated, (own+most)/2))
	})
})
