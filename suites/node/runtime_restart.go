package node

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The container runtime restarts while hooks run.
//
//  1. a pod with a preStop hook and one with a postStart hook, of 5 s
//  2. delete the first; when both hooks run, restart containerd
//  3. wait until the kubelet is done with the first and the second is ready;
//     delete it
var _ = Describe("a restart of the runtime", "node/runtime_restart", func(s *S) {
	const preStop, postStart = "runtime-restart-prestop", "runtime-restart-poststart"
	term := Signal("SIGTERM")
	s.Alone()
	s.Do(Create(preStop), AwaitReady(preStop), Create(postStart), AwaitJournal(postStart, "app", "hook-begin name=postStart", Patience),
		DeletePods([]string{preStop}), AwaitJournal(preStop, "app", "hook-begin name=preStop", Patience), RestartRuntime(),
		AwaitTerminated(preStop), Await(PodVersion(PodReady()).Of(postStart), Patience), DeletePods([]string{postStart}), AwaitTerminated(postStart))

	s.Check("node.runtime-restart", func(j *judge.J, h *History) {
		j.Expect(h).To(follow(HookBegin(PreStop).Of(preStop), StepBegin("restart-runtime")))
		j.Expect(h).To(follow(HookBegin(PostStart).Of(postStart), StepBegin("restart-runtime")))
		outcome := func(hook, pod string) string {
			if h.First(KubeWarning("Failed"+map[string]string{PreStop: "PreStop", PostStart: "PostStart"}[hook]+"Hook").Of(pod)) != nil {
				return hook + " fails"
			}
			j.Expect(h).To(Contain(HookEnd(hook).Of(pod)))
			return hook + " goes on"
		}
		j.Outcome(outcome(PreStop, preStop) + ", " + outcome(PostStart, postStart))
		// Whichever, all that follows a hook follows.
		j.Expect(h).To(Contain(term.Of(preStop)))
		j.Expect(h).To(Contain(PodVersion(PodReady()).Of(postStart)))
	})
})
