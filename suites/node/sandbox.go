package node

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The sandbox of a running pod dies.
//
//  1. a pod with both hooks
//  2. when it is ready, kill the process that holds its namespaces
//  3. wait until the kubelet has made it anew; delete it
var _ = Describe("a sandbox that dies", "node/sandbox", func(s *S) {
	first := func(p Pattern) Pattern { return p.Instance(1) }
	s.Do(Create(), AwaitReady(), KillSandbox("sandbox"), Await(PodVersion(Restarts("app", 1).And(ContainerReady("app"))), Patience),
		Await(KubeEvent("SandboxChanged"), Patience), Delete(), AwaitTerminated())

	s.Check("prestop.trigger.sandbox-change", func(j *judge.J, h *History) {
		j.Expect(h).To(follow(StepBegin("kill-sandbox"), first(HookBegin(PreStop))))
		j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Signal("SIGTERM"))))
		j.Expect(h).To(Contain(KubeEvent("SandboxChanged")))
		j.Expect(h).To(HappenBefore(first(Exit()), HookBegin(PostStart).Instance(2)))
	})
})
