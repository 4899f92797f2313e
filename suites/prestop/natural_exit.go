package prestop

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A container that ends by itself, or for want of memory, gets no preStop hook, not
// even when the pod is deleted afterwards.
//
//  1. two pods with preStop hooks and restartPolicy Never. In one, two entrypoints
//     exit 0 after 1 s; the hook of one would sleep for 45 s. In the other, one
//     exits 1, one takes more memory than it may have
//  2. wait until the kubelet is done with them
//  3. delete the first, which has no finalizer, and wait until it is gone
var _ = Describe("no preStop after a natural exit", "prestop/natural_exit", func(s *S) {
	const zero, one = "natural-exit-0", "natural-exit-1"
	s.Do(Create(), AwaitTerminated(), DeletePods([]string{zero}), Await(Removed().Of(zero), Patience))

	s.Check("prestop.skip.natural-exit", func(j *judge.J, h *History) {
		for _, pod := range []string{zero, one} {
			j.Expect(h).To(Contain(Exit().Of(pod).In("app")))
			j.Expect(h).To(ContainNo(HookBegin(PreStop).Of(pod).In("app")))
			j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").Of(pod).In("app")))
		}
	})
	s.Check("prestop.skip.oom", func(j *judge.J, h *History) {
		// Where the runtime does not tell, the reason is Error.
		j.Expect(h).To(Contain(Terminated().Of(one).In("oom").With("exitCode", "137").Saying("reason", "^(OOMKilled|Error)$")))
		j.Expect(h).To(Contain(Entry("grow").Of(one).In("oom")))
		j.Expect(h).To(ContainNo(HookBegin(PreStop).Of(one).In("oom")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").Of(one).In("oom")))
	})
	s.Check("prestop.skip.already-terminated-delete", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(PodVersion(Phase(corev1.PodSucceeded)).Of(zero), StepBegin("delete").Of(zero)))
		// Were the sleep waited for, the object would go 45 s later.
		j.Expect(h).To(Elapse(StepBegin("delete").Of(zero), Removed().Of(zero), 0, Reaction))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").Of(zero)))
	})
})
