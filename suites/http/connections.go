package http

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// How long an httpGet hook waits, and what it does with kept connections.
//
//  1. a pod with a server in a sidecar, and containers whose postStart hooks get a
//     slow body, a body declared to be large that does not come, an answer on a
//     connection that stays open, and none on that connection; the preStop of the
//     last gets no answer at all
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("the connections of httpGet hooks", "http/connections", func(s *S) {
	const grace = 4 * time.Second
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	ended := Entry("http-end").In("server")
	s.Check("http.body-wait", func(j *judge.J, h *History) {
		const slow, large = "/slow?for=2s", "/slow?for=120s&length=20480"
		j.Expect(h).To(HappenBefore(ended.With("p", slow).With("ok", "true"), Start().In("large")))
		j.Expect(h).To(Elapse(Request(large), Start().In("kept"), -Early, Reaction))
		j.Expect(h).To(Contain(ended.With("p", large).With("ok", "false")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").In("slow")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").In("large")))
	})
	s.Check("http.duplicate-get", func(j *judge.J, h *History) {
		broken := Request("/break").In("server")
		j.Expect(h).To(ContainTimes(broken, 2))
		j.Expect(h).To(HappenBefore(broken.With("k", "2").With("c", "0"), broken.With("k", "1").With("c", "200")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").In("broken")))
	})
	s.Check("http.no-timeout", func(j *judge.J, h *History) {
		asked, term := Request("/hang?for=120s").In("server"), Signal("SIGTERM").In("hanging")
		j.Expect(h).To(ContainTimes(asked, 1))
		// The request may reach the server late: what is waited at least counts from ours.
		j.Expect(h).To(Elapse(StepBegin("delete"), term, grace-Early, grace+2*Reaction))
		j.Expect(h).To(Elapse(asked, term, -Early, grace+Reaction))
	})
})
