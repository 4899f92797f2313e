package poststart

import (
	"encoding/json"
	"strings"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A failed postStart hook under restartPolicy Never: the phase follows from how
// the entrypoint takes the stop signal.
//
//  1. two pods with restartPolicy Never whose postStart hook prints something
//     and exits 1: one's entrypoint exits 0 on the stop signal, the other's 7
//  2. wait until the kubelet is done with them
var _ = Describe("a failing postStart, restartPolicy Never", "poststart/failure_never", func(s *S) {
	s.Do(Create(), AwaitTerminated(), Observe(noRestart))

	s.Check("poststart.failure.never", func(j *judge.J, h *History) {
		for pod, phase := range map[string]Condition{"failure-never-0": Phase("Succeeded"), "failure-never-7": Phase("Failed")} {
			j.Expect(h).To(Contain(KubeEvent("FailedPostStartHook").Of(pod)))
			j.Expect(h).To(ContainNo(PodVersion(Restarted("app")).Of(pod)))
			j.Expect(h).To(ContainNo(Running().Of(pod).Instance(2)))
			j.Expect(h).To(Contain(PodVersion(phase).Of(pod)))
		}
	})
	s.Check("poststart.failure.never-hides-detail", func(j *judge.J, h *History) {
		const pod, output = "failure-never-0", "output-of-the-hook"
		j.Expect(h).To(Contain(KubeEvent("FailedPostStartHook").Of(pod)))
		j.Expect(h).To(Contain(PodVersion(Phase("Succeeded")).Of(pod)))
		j.Expect(h).To(ContainNo(PodVersion(Condition{What: "the hook's output in its status", Is: func(p *corev1.Pod) bool {
			status, err := json.Marshal(p.Status)
			return err != nil || strings.Contains(string(status), output)
		}}).Of(pod)))
		j.Expect(h).To(ContainNo(AnyKubeEvent("Event with the hook's output", func(e *corev1.Event) bool {
			return strings.Contains(e.Message, output)
		}).Of(pod)))
	})
})
