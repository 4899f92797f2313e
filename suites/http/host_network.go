package http

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// httpGet hooks of a pod on the host network.
//
//  1. a pod on the host network with a server in a sidecar, and containers whose
//     postStart hooks ask it at 127.0.0.1 and without a host
//  2. wait until both hooks are over; delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("httpGet hooks on the host network", "http/host_network", func(s *S) {
	failed := KubeEvent("FailedPostStartHook").In("default")
	over := func(h *History) bool {
		return h.First(failed) != nil || h.First(PodVersion(ContainerRunning("default"))) != nil
	}
	s.Do(Create(), AwaitFor("the end of the last hook", Patience, over), Delete(), AwaitTerminated())

	s.Check("http.hostnetwork-no-host", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(Request("/loopback").In("server"), 1))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").In("loopback")))
		j.Expect(h).To(ContainTimes(Request("/default").In("server"), 1))
		j.Expect(h).To(ContainNo(failed))
	})
})
