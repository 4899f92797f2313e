package sidecars

import (
	"slices"
	"strings"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The containers of a pod are stopped side by side, each by itself.
//
//  1. a pod with four containers: the preStop hooks of a and b wait for each
//     other; then a's fails, and b's waits until a and c have got their stop
//     signals; c and d have no hook
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it and the Event of a's hook is there
var _ = Describe("the containers of a deleted pod", "sidecars/parallel", func(s *S) {
	failed := KubeEvent("FailedPreStopHook")
	term := Signal("SIGTERM")
	met := func(file, in string) Pattern {
		return Entry("awaited").In(in).With("name", "/meet/"+file).With("ok", "true")
	}
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated(), Await(failed, Patience))

	s.Check("multi.prestop-parallel", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(met("b", "a")))
		j.Expect(h).To(Contain(met("a", "b")))
	})
	s.Check("multi.independent-term", func(j *judge.J, h *History) {
		for _, c := range []string{"a", "c"} {
			j.Expect(h).To(Contain(met(c+"-term", "b")))
			j.Expect(h).To(HappenBefore(term.In(c), HookEnd(PreStop).In("b")))
		}
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).In("a"), term.In("a")))
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).In("b"), term.In("b")))
	})
	s.Check("multi.one-hook-failure-isolated", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.In("a")))
		j.Expect(h).To(ContainNo(failed.In("b")))
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).In("a").With("exit", "1"), HookEnd(PreStop).In("b").With("exit", "0")))
		j.Expect(h).To(HappenBefore(HookEnd(PreStop).In("b"), term.In("b")))
	})
	s.Check("multi.no-order-guarantee", func(j *judge.J, h *History) {
		var order []string
		signals := h.All(term)
		slices.SortFunc(signals, func(a, b *Event) int { return a.Time.At.Compare(b.Time.At) })
		for _, e := range signals {
			if e.Container == "c" || e.Container == "d" { // those that no hook holds up
				order = append(order, e.Container)
			}
		}
		for _, c := range []string{"c", "d"} {
			j.Expect(h).To(ContainTimes(term.In(c), 1))
		}
		j.Outcome("stop signals in the order " + strings.Join(order, ", ") + ", defined as c, d")
	})
})
