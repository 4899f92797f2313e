package poststart

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// postStart hooks that hang: the kubelet waits, and waits on after a force delete.
//
//  1. a pod that answers requests of /hang after 12 s, by closing the connection
//  2. three pods: one with an httpGet of it as postStart hook, one with an exec of
//     12 s, and one with the httpGet whose main process holds a request open, too
//  3. when the last one's container has been started, delete it with no grace
//  4. wait for the end of the hooks; delete the other pods
//  5. wait until the kubelet is done with them
var _ = Describe("hanging postStart hooks", "poststart/hanging", func(s *S) {
	const hang = 12 * time.Second
	const receiver, http, exec, forced = "hanging-receiver", "hanging-http", "hanging-exec", "hanging-forced"
	failed, patient, held := KubeEvent("FailedPostStartHook"), "/hang?for=12s&hook=patient", "/hang?for=12s&hook=forced"
	over := func(path string) Pattern { return Entry("http-end").Of(receiver).With("p", path) }
	s.Do(Create(receiver), AwaitReady(receiver), Create(forced, http, exec),
		Await(KubeEvent("Started").Of(forced), Patience), DeletePods([]string{forced}, Grace(0)),
		AwaitReady(exec), AwaitTerminated(http), Await(KubeEvent("Killing").Of(forced), Patience),
		DeletePods([]string{receiver, exec}), AwaitTerminated(receiver, exec))

	s.Check("poststart.no-timeout-exec", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookEnd(PostStart).Of(exec).With("exit", "0")))
		j.Expect(h).To(Elapse(HookBegin(PostStart).Of(exec), HookEnd(PostStart).Of(exec), hang-Early, hang+Reaction))
		j.Expect(h).To(HappenBefore(HookEnd(PostStart).Of(exec), PodVersion(ContainerRunning("app")).Of(exec)))
		j.Expect(h).To(ContainNo(failed.Of(exec)))
	})
	s.Check("poststart.no-timeout-http", func(j *judge.J, h *History) {
		// The receiver notes whether it was the peer that went away.
		j.Expect(h).To(Contain(over(patient).With("ok", "true")))
		j.Expect(h).To(Elapse(Request(patient).Of(receiver), failed.Of(http), hang-Truncated, hang+Reaction))
		j.Expect(h).To(ContainNo(PodVersion(ContainerRunning("app")).Of(http)))
	})
	s.Check("poststart.force-delete-while-hanging", func(j *judge.J, h *History) {
		if deleted, end := h.First(StepBegin("delete").Of(forced)), h.First(over(held)); deleted != nil && end != nil {
			if before, err := h.Before(deleted, end); err != nil || !before {
				j.Inconclusive("the hook had ended before the pod was deleted")
			}
		}
		j.Expect(h).To(HappenBefore(Removed().Of(forced), over(held)))
		// The main process lives as long as its request.
		j.Expect(h).To(HappenBefore(over(held), over("/hang?main").With("ok", "false")))
		j.Expect(h).To(HappenBefore(over("/hang?main").With("ok", "false"), Entry("clean").Of(receiver)))
	})
})
