package sidecars

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Sidecars get their stop signals last, but their preStop hooks at once.
//
//  1. a pod with the sidecars s1 and s2 and the app containers a and b, each of
//     which takes a second to end; the preStop hooks of s1 and a wait for each other
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("the shutdown of sidecars", "sidecars/shutdown", func(s *S) {
	term := Signal("SIGTERM")
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("sidecar.shutdown-order", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(Exit().In("a"), term.In("s2")))
		j.Expect(h).To(HappenBefore(Exit().In("b"), term.In("s2")))
		j.Expect(h).To(HappenBefore(Exit().In("s2"), term.In("s1")))
	})
	s.Check("sidecar.prestop-simultaneous", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Entry("awaited").In("a").With("name", "/meet/s1").With("ok", "true")))
		j.Expect(h).To(HappenBefore(HookBegin(PreStop).In("s1"), term.In("a")))
	})
})
