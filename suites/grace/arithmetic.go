package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The arithmetic that the documentation explains with 55 s + 10 s > 60 s, scaled
// down: hook and shutdown take 8 s each, so that a hook may begin 4 s after the kubelet
// began to count, which a busy kubelet does seconds after the request.
//
//  1. a pod whose hook and shutdown together need 16 s of a grace period of 12 s,
//     the same with 25 s, and one that needs 14 s of 60 s without a hook
//  2. wait until they are ready; delete them
//  3. wait until the kubelet is done with them, and for the Event of the first one's kill
var _ = Describe("hook plus shutdown against the grace period", "grace/arithmetic", func(s *S) {
	const short, long, plain = "arithmetic-short", "arithmetic-long", "arithmetic-plain"
	const grace = 12 * time.Second // of the first
	killing := KubeEvent("Killing").Of(short)
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated(), Await(killing, Patience))

	s.Check("grace.seed-arithmetic", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookEnd(PreStop).Of(short)))
		began := h.First(StepBegin("delete").Of(short)) // the kubelet counts from later on; nothing promises the Event
		if e := h.First(killing); e != nil {
			began = exactly(e)
		}
		if _, most, err := h.Distance(began, h.First(HookEnd(PreStop).Of(short))); err != nil || most > grace {
			j.Inconclusive("the hook began so late that the grace period was over before its end")
		}
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(short), Signal("SIGTERM").Of(short)))
		j.Expect(h).To(ContainNo(Entry("clean").Of(short)))
		j.Expect(h).To(Contain(Terminated().Of(short).With("exitCode", "137")))
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(long), Entry("clean").Of(long)))
		j.Expect(h).To(Contain(Terminated().Of(long).With("exitCode", "0")))
	})
	s.Check("grace.full-window", func(j *judge.J, h *History) {
		// More than the 10 s that runtimes leave a container by default.
		const shutdown = 14 * time.Second
		j.Expect(h).To(Elapse(Signal("SIGTERM").Of(plain), Entry("clean").Of(plain), shutdown, shutdown+Reaction))
		j.Expect(h).To(Contain(Terminated().Of(plain).With("exitCode", "0")))
	})
})
