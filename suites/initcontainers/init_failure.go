package initcontainers

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// An init container that fails is tried again or not, by the restartPolicy of its
// pod; nothing of the pod starts before it has succeeded.
//
//  1. a pod with restartPolicy Never whose init container exits 3, and one with
//     OnFailure whose init container does so once
//  2. wait until the kubelet is done with the first, and the second is ready; delete
//     both
//  3. wait until the kubelet is done with them
var _ = Describe("failing init containers", "initcontainers/init_failure", func(s *S) {
	const never, onFailure = "init-failure-never", "init-failure-onfailure"
	s.Do(Create(), AwaitTerminated(never), AwaitReady(onFailure), Delete(), AwaitTerminated())

	s.Check("init.failure", func(j *judge.J, h *History) {
		// A pod that is deleted before it has started fails, too.
		j.Expect(h).To(Contain(PodVersion(Phase("Failed").And(Not(Deleting()))).Of(never)))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("init")).Of(never)))
		j.Expect(h).To(ContainNo(KubeEvent("Created").Of(never).In("app")))
		j.Expect(h).To(ContainNo(Start().Of(never).In("app")))
		j.Expect(h).To(ContainNo(HookBegin(PostStart).Of(never)))

		j.Expect(h).To(Contain(PodVersion(Restarts("init", 1)).Of(onFailure)))
		j.Expect(h).To(HappenBefore(Exit().Of(onFailure).In("init").With("code", "0"), Start().Of(onFailure).In("app")))
		j.Expect(h).To(Contain(HookEnd(PostStart).Of(onFailure)))
	})
})
