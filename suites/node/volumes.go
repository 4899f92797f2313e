package node

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A volume that the kubelet cannot unmount yet.
//
//  1. a pod with a volume in memory; wait until it is ready, and let a process of
//     the node use the volume
//  2. delete the pod; wait for its final phase, and 3 s more
//  3. end the process; wait until the object is gone
var _ = Describe("a volume of a deleted pod", "node/volumes", func(s *S) {
	final := PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed))
	s.Do(Create(), AwaitReady(), OccupyVolume("volumes", "memory"), Delete(), Await(final, Patience), Observe(3*time.Second),
		LeaveVolume("volumes", "memory"), Await(Removed(), Patience))

	s.Check("node.object-outlives-volumes", func(j *judge.J, h *History) {
		// Without the volume the object is gone within a second.
		j.Expect(h).To(HappenBefore(StepEnd("occupy-volume"), final))
		j.Expect(h).To(HappenBefore(final, StepBegin("leave-volume")))
		j.Expect(h).To(HappenBefore(StepBegin("leave-volume"), Removed()))
	})
})
