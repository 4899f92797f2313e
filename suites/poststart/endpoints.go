package poststart

import (
	discoveryv1 "k8s.io/api/discovery/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// No traffic before the postStart hook has ended.
//
//  1. a Service, and behind it a pod whose postStart hook takes 4 s
//  2. wait until the pod is ready and an endpoint is too; delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("endpoints during postStart", "poststart/endpoints", func(s *S) {
	ready := Endpoint("an endpoint with ready=true", func(e discoveryv1.Endpoint) bool {
		return e.Conditions.Ready != nil && *e.Conditions.Ready
	})
	s.Do(Create(), AwaitReady(), Await(ready, Patience), Delete(), AwaitTerminated())

	s.Check("poststart.not-in-endpoints", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PostStart), ready))
	})
})
