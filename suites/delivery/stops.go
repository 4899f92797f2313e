package delivery

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Hooks are delivered: each of many at least once, one that fails exactly once.
//
//  1. a Job of two pods with three containers each, all with preStop hooks, and
//     a pod whose preStop hook asks a server that closes each connection
//  2. wait until all run; delete all pods at once
//  3. wait until the kubelet is done with them and the Event is there
var _ = Describe("many preStop hooks, and one that nobody answers", "delivery/stops", func(s *S) {
	const (
		pods   = 2 // of the Job
		closed = "stops-closed"
		stop   = "/status/200?stop"
	)
	failed := KubeEvent("FailedPreStopHook").Of(closed)
	s.Do(Create(), AwaitFor("running pods", Patience, func(h *History) bool { return len(jobPods(h)) == pods }), AwaitReady(),
		Delete(), AwaitTerminated(), Await(failed, Patience))

	s.Check("delivery.prestop.at-least-once", func(j *judge.J, h *History) {
		term := Signal("SIGTERM")
		j.Expect(h).To(ContainTimes(term.In("a"), pods))
		for _, pod := range jobPods(h) {
			j.Expect(h).To(HappenBefore(Request(stop).Of(pod).In("a"), term.Of(pod).In("a")))
			j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(pod).In("b"), term.Of(pod).In("b")))
			j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(pod).In("c"), term.Of(pod).In("c")))
		}
	})
	s.Check("delivery.http-not-resent", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(Entry("tcp").Of(closed), Signal("SIGTERM").Of(closed)))
		j.Expect(h).To(ContainTimes(Entry("tcp").Of(closed), 1))
	})
	s.Check("event.source", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed))
		j.Expect(h).To(ContainNo(AnyKubeEvent("Event FailedPreStopHook that is not of the kubelet of the node", func(e *corev1.Event) bool {
			return e.Reason == "FailedPreStopHook" && (e.Source.Component != "kubelet" || e.ReportingController != "kubelet" ||
				e.Source.Host == "" || h.Header.Node != "" && e.Source.Host != h.Header.Node)
		})))
	})
})

// jobPods returns the names of the pods of the Job.
func jobPods(h *History) []string {
	var names []string
	for _, name := range h.Pods() {
		if strings.HasPrefix(name, "stops-") && name != "stops-closed" {
			names = append(names, name)
		}
	}
	return names
}
