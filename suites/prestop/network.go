package prestop

import (
	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What a preStop hook still has: network, Services, volumes, credentials.
//
//  1. a pod whose preStop hook writes to a volume and asks the API server, at the
//     address of its Service and with the token of a service account
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("network and volumes in preStop", "prestop/network", func(s *S) {
	end := HookEnd(PreStop)
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("prestop.network-available", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Entry("wrote").With("path", "/data/message")))
		j.Expect(h).To(ContainNo(Entry("wrote").Saying("err", ".")))
		j.Expect(h).To(Contain(end.Saying("get", "^[1-5][0-9][0-9]$"))) // any answer
	})
	s.Check("prestop.secret-api-access", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(end))
		// 403: who asks is known, but may not see this. 401: the token is refused.
		j.Expect(h.First(end).Fields["get"]).To(gomega.BeElementOf("200", "403"), "the answer to a request with the token")
	})
})
