package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The request may change the grace period of the spec, in both directions.
//
//  1. a pod with 60 s of grace, of which one entrypoint ignores the stop signal and
//     the other has a preStop hook of 60 s; and one with 1 s of grace whose
//     entrypoint needs 6 s to end
//  2. wait until they are ready; delete the first with 4 s of grace, the second
//     with 10 s
//  3. wait until the kubelet is done with them
var _ = Describe("another grace period in the request", "grace/override", func(s *S) {
	const pod, longer = "override", "override-longer"
	const grace = 4 * time.Second
	s.Do(Create(), AwaitReady(), DeletePods([]string{longer}, Grace(10*time.Second)), DeletePods([]string{pod}, Grace(grace)), AwaitTerminated())

	s.Check("grace.delete-override-shorter", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(4)).Of(pod)))
		// The spec's grace period would be 60 s.
		app := func(p Pattern) Pattern { return p.Of(pod).In("app") }
		j.Expect(h).To(Elapse(app(Signal("SIGTERM")), app(LastBeat()), grace-Early, grace+Reaction))
	})
	s.Check("grace.hard-cap-for-hook", func(j *judge.J, h *History) {
		// The grace period begins between the request and the hook's first act.
		hooked := func(p Pattern) Pattern { return p.Of(pod).In("hooked") }
		j.Expect(h).To(Elapse(StepBegin("delete").Of(pod), hooked(Signal("SIGTERM")), grace-ClockError, grace+2*Reaction))
		j.Expect(h).To(Elapse(hooked(HookBegin(PreStop)), hooked(Signal("SIGTERM")), 0, grace+Reaction))
	})
	s.Check("grace.delete-override-longer", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(10)).Of(longer)))
		// With the spec's grace period SIGKILL would come after the 2 s of the floor.
		j.Expect(h).To(Contain(Entry("clean").Of(longer)))
		j.Expect(h).To(Contain(Terminated().Of(longer).With("exitCode", "0")))
	})
})
