package demos

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// `nginx -s quit` as preStop: nginx finishes the request in flight and exits by
// itself, long before the grace period ends.
//
//  1. apply an nginx that hands out a page slowly, in 8 s, and beside it a client
//     that asks for it; the client is ready when its request is in flight
//  2. delete the pod with 60 s of grace
//  3. wait until the kubelet is done with it
var _ = Describe("nginx -s quit with a request in flight", "demos/nginx_quit", func(s *S) {
	s.AsWritten()
	s.Do(Create(), AwaitReady(), Delete(Grace(60*time.Second)), AwaitTerminated())

	s.Check("prestop.kills-main-itself", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(Entry("fetch-begin"), StepBegin("delete")))
		j.Expect(h).To(Contain(Entry("fetch-end")))
		if early, err := h.Before(h.First(StepBegin("delete")), h.First(Entry("fetch-end"))); err != nil || !early {
			j.Inconclusive("the request had ended when the pod was deleted")
		}
		j.Expect(h).To(Contain(Entry("fetch-end").With("code", "200").With("bytes", "819200")))
		j.Expect(h).To(Contain(Terminated().In("nginx").With("exitCode", "0").With("reason", "Completed")))
		j.Expect(h).To(Elapse(StepBegin("delete"), Terminated().In("nginx"), -Truncated, 8*time.Second+Reaction))
	})
})
