package http

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// An httpGet hook and a policy that denies all ingress.
//
//  1. a NetworkPolicy that lets nothing in to a pod, and that pod, whose preStop
//     asks its own server
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("an httpGet hook and a NetworkPolicy", "http/network_policy", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("http.network-policy", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Signal("SIGTERM")))
		if h.First(Request("/denied")) == nil {
			j.Outcome("the policy keeps the hook out")
			return
		}
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook")))
		j.Outcome("the hook is answered")
	})
})
