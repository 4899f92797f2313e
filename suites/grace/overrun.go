package grace

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A preStop hook that never ends: the stop signal comes when the grace period
// has run out, SIGKILL 2 s later.
//
//  1. a pod with 4 s of grace and two containers, with a preStop hook of 60 s each:
//     one's entrypoint exits on the stop signal, the other's ignores it
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("a preStop that never ends", "grace/overrun", func(s *S) {
	const grace = 4 * time.Second
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("grace.hook-overrun", func(j *judge.J, h *History) {
		// The grace period begins between the request and the hook's first act;
		// the hook itself would take 60 s.
		term := Signal("SIGTERM").In("exits")
		j.Expect(h).To(Elapse(StepBegin("delete"), term, grace-ClockError, grace+Reaction+Reaction))
		j.Expect(h).To(Elapse(HookBegin(PreStop).In("exits"), term, 0, grace+Reaction))
		j.Expect(h).To(Contain(Exit().In("exits").With("code", "0")))
		j.Expect(h).To(Elapse(Signal("SIGTERM").In("ignores"), LastBeat().In("ignores"), Floor/2, Floor+Reaction))
	})
})
