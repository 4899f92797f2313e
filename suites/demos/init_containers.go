package demos

import (
	"time"

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
})
