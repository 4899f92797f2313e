package demos

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Init containers run one after the other, all before the main container and its
// postStart hook.
//
//  1. apply a pod with two init containers that take a while
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("init containers in order", "demos/init_containers", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(Grace(2*time.Second)), AwaitTerminated())

	s.Check("init.sequential", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(Exit().In("init-container-1"), Start().In("init-container-2")))
		j.Expect(h).To(HappenBefore(Exit().In("init-container-2"), Start().In("main-container")))
		j.Expect(h).To(HappenBefore(Exit().In("init-container-2"), HookBegin(PostStart).In("main-container")))
	})
	s.Check("init.pending-phase", func(j *judge.J, h *History) {
		initialized := func(status corev1.ConditionStatus) Condition {
			return PodConditionIs(corev1.PodInitialized, status, "")
		}
		// From the kubelet's first status on; before it there is none.
		reported := PodVersion(ContainerWaiting("main-container", ".*").Or(ContainerRunning("main-container")))
		done := Exit().In("init-container-2")
		if a, b := h.First(reported), h.First(done); a != nil && b != nil {
			if before, err := h.Before(a, b); err != nil || !before {
				j.Inconclusive("no status was published before the init containers were done")
			}
		}
		j.Expect(h).To(HoldThroughout(reported, done,
			Phase("Pending").And(initialized(corev1.ConditionFalse)).And(ContainerWaiting("main-container", "PodInitializing"))))
		j.Expect(h).To(Contain(PodVersion(initialized(corev1.ConditionTrue).And(ContainerRunning("main-container")))))
	})
})
