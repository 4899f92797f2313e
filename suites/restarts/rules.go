package restarts

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A rule restarts a container by its exit code where the policy would not.
//
//  1. a pod with restartPolicy Never and a rule that restarts what exits with
//     code 42: one container does so after 2 s, one when it is stopped because its
//     first postStart hook failed
//  2. wait until the second instances of both run; delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("restart rules by exit code", "restarts/rules", func(s *S) {
	again := PodVersion(Restarts("ruled", 1).And(ContainerRunning("ruled")).And(Restarts("failing", 1)).And(ContainerRunning("failing")))
	s.Do(Create(), Await(again, Patience), Delete(), AwaitTerminated())

	s.Check("restart.rules.no-prestop", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Exit().In("ruled").Instance(1).With("code", "42")))
		j.Expect(h).To(ContainNo(HookBegin(PreStop).In("ruled").Instance(1)))
		j.Expect(h).To(ContainTimes(HookEnd(PostStart).In("ruled").Instance(2), 1))
	})
	s.Check("restart.rules.after-hook-kill", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeWarning("FailedPostStartHook").In("failing")))
		j.Expect(h).To(Contain(Terminated().In("failing").Instance(1).With("exitCode", "42")))
		j.Expect(h).To(Contain(Start().In("failing").Instance(2)))
	})
})
