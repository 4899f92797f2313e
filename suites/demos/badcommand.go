package demos

import (
	"fmt"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A postStart command that does not exist: the container is killed and started
// again, and again, with growing delay.
//
//  1. apply the pod
//  2. wait for the Event BackOff, and for the hook's failure in the status, which
//     may be merged with the back-off in one round and not in the next
//  3. delete it
var _ = Describe("badcommand as postStart", "demos/badcommand", func(s *S) {
	s.AsWritten()
	s.Do(Create(), Await(KubeEvent("BackOff"), Patience), Await(Waiting("PostStartHookError"), Patience),
		Delete(Grace(time.Second)), AwaitTerminated())

	s.Check("poststart.failure.exec-missing-binary", func(j *judge.J, h *History) {
		const container = "lifecycle-demo-container"
		for _, reason := range []string{"Created", "Started", "FailedPostStartHook"} {
			j.Expect(h).To(Contain(KubeEvent(reason).In(container)))
		}
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "FailedPostStartHook").In(container)))
		j.Expect(h).To(ContainNo(PodVersion(ContainerReady(container))))
	})
	s.Check("poststart.failure.backoff-event", func(j *judge.J, h *History) {
		pod := h.Pod("badcommand")
		j.Expect(h).To(Contain(KubeWarning("BackOff").In("lifecycle-demo-container").Of("badcommand")))
		j.Expect(h).To(Contain(KubeEventSaying("BackOff", fmt.Sprintf(`^Back-off restarting failed container lifecycle-demo-container in pod %s_%s\(%s\)$`,
			pod.Name, pod.Namespace, pod.UID))))
	})
	s.Check("poststart.failure.waiting-reason", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Waiting("PostStartHookError|CrashLoopBackOff")))
		said := Waiting("PostStartHookError")
		if h.First(said) != nil { // it may be merged with the back-off; where it is shown, it says what failed
			j.Expect(h).To(Contain(said.Saying("message", `^Exec lifecycle hook \(\[badcommand\]\) for Container "lifecycle-demo-container" in Pod "badcommand_.*" failed - error: `)))
		}
	})
})
