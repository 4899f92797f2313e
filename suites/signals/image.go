package signals

import (
	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The image may name the signal that stops its containers; PID 1 alone gets it.
//
//  1. a pod with 4 s of grace: an nginx, whose image names SIGQUIT, and a container
//     whose image names no signal, which ignores SIGTERM and whose preStop hook
//     goes on for 60 s
//  2. wait until it is ready; follow nginx' log; delete the pod
//  3. wait until the kubelet is done with it, and for the end of the log
var _ = Describe("the stop signal of the image", "signals/image", func(s *S) {
	s.AsWritten()
	s.Do(Create(), AwaitReady(), FollowLog("image-signal", "nginx"), Delete(), AwaitTerminated(), AwaitLog())

	s.Check("signal.image-stopsignal", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Log().In("nginx").Saying("text", `signal 3 \(SIGQUIT\) received`)))
		j.Expect(h).To(ContainNo(Log().In("nginx").Saying("text", `signal 15 \(SIGTERM\) received`)))
		j.Expect(h).To(Contain(Signal("SIGTERM").In("agent")))
	})
	s.Check("signal.pid1-only", func(j *judge.J, h *History) {
		term := Signal("SIGTERM").In("agent")
		j.Expect(h).To(ContainTimes(term, 1))
		// The hook's process lives on beside PID 1 until SIGKILL ends both.
		j.Expect(h).To(ContainNo(HookSignal("SIGTERM").In("agent")))
		after := 0
		for _, tick := range h.All(Entry("hook-tick").In("agent")) {
			if late, err := h.Before(h.First(term), tick); err == nil && late {
				after++
			}
		}
		j.Expect(after).To(gomega.BeNumerically(">", 0), "number of ticks of the hook after the stop signal")
		j.Expect(h).To(ContainNo(HookEnd(PreStop).In("agent")))
	})
})
