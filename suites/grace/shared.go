package grace

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// preStop hook and shutdown share one grace period.
//
//  1. a pod with 10 s of grace and three containers with preStop hooks of 5, 4.3 and
//     3.3 s, whose entrypoints ignore the stop signal
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it, and for the Event of the kill
var _ = Describe("one grace period for hook and shutdown", "grace/shared", func(s *S) {
	const grace, hook = 10 * time.Second, 5 * time.Second
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated(), Await(KubeEvent("Killing").In("app"), Patience))

	s.Check("grace.budget-shared", func(j *judge.J, h *History) {
		// The grace period begins between the request and the hook's first act.
		// Were the hook not counted, the kill would come 5 s later.
		j.Expect(h).To(Elapse(StepBegin("delete"), LastBeat().In("app"), grace-Truncated-ClockError, grace+hook+Reaction))
		j.Expect(h).To(Elapse(HookBegin(PreStop).In("app"), LastBeat().In("app"), grace-hook, grace+hook/2))
	})
	s.Check("grace.truncation", func(j *judge.J, h *History) {
		// The kubelet takes whole seconds from the grace period: as many as the hook
		// took, or one more where it had begun to count before the hook's first act;
		// so the shutdowns last whole seconds. Were nothing cut, hook and shutdown
		// together would last the same for all three, whose hooks lie 0.3 s apart, and
		// one of the shutdowns would be 0.35 s off a whole second. Beats are 0.1 s apart,
		// and both ends are late on a busy node.
		const off = 0.3
		var odd, over, whole []float64
		for _, c := range []string{"app", "shorter", "shortest"} {
			begin, term, beat := HookBegin(PreStop).In(c), Signal("SIGTERM").In(c), LastBeat().In(c)
			j.Expect(h).To(Elapse(begin, term, 0, grace+Reaction))
			j.Expect(h).To(Elapse(term, beat, Floor/2, grace+Reaction))
			took, _, _ := h.Distance(h.First(begin), h.First(term))
			_, shutdown, _ := h.Distance(h.First(term), h.First(beat))
			odd = append(odd, math.Abs(shutdown.Seconds()-math.Round(shutdown.Seconds())))
			over = append(over, (took + shutdown - grace).Seconds())
			if killing := h.First(KubeEvent("Killing").In(c)); killing != nil {
				_, most, _ := h.Distance(exactly(killing), h.First(beat))
				whole = append(whole, most.Seconds())
			}
		}
		j.Measure("over_grace_seconds", over, beat.Seconds())
		// The Event is written right before the kubelet begins to count. Were a second
		// that has begun taken for a whole one, all three would be killed earlier: 0.9,
		// 0.7 and 0.7 s before the grace period is over.
		if len(whole) > 0 {
			j.Expect(slices.Max(whole)).To(gomega.BeNumerically(">=", grace.Seconds()), "seconds from the begin of the kill to SIGKILL, of the container that had most")
		}
		if slices.Max(over)-slices.Min(over) >= off {
			return // they do not last the same
		}
		j.Expect(odd).To(gomega.HaveEach(gomega.BeNumerically("<=", off)), "seconds by which the shutdowns are off whole seconds")
	})
	s.Check("grace.observed-from-killing-event", func(j *judge.J, h *History) {
		request, killing, hook := StepBegin("delete"), KubeEvent("Killing").In("app"), HookBegin(PreStop).In("app")
		j.Expect(h).To(Elapse(request, killing, -Truncated-ClockError, 2*Reaction))
		j.Expect(h).To(Elapse(killing, hook, -Truncated, Reaction))
		if low, high, err := h.Distance(h.First(request), h.First(hook)); err == nil {
			j.Measure("request_to_hook_seconds", []float64{(low + (high-low)/2).Seconds()}, (high-low).Seconds()/2)
		}
	})
	s.Check("grace.sigkill-exit", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Signal("SIGTERM").In("app")))
		j.Expect(h).To(Contain(PodVersion(Phase("Failed").And(Ended("app", 137, "Error")))))
	})
})

// exactly is an Event at the nanosecond that its name holds (client-go GenerateEventName): its
// times have whole seconds. Where the name is another one, it is the Event itself.
func exactly(e *Event) *Event {
	name := e.EventObject.Name
	nanoseconds, err := strconv.ParseInt(name[strings.LastIndex(name, ".")+1:], 16, 64)
	late := time.Unix(0, nanoseconds).Sub(e.Time.At)
	if err != nil || late < 0 || late >= e.Time.Width {
		return e
	}
	exact := *e
	exact.Time = Stamp{Clock: e.Time.Clock, At: e.Time.At.Add(late)}
	return &exact
}

// beat is the period of the heartbeat: how well the instant of a SIGKILL is known.
const beat = 150 * time.Millisecond
