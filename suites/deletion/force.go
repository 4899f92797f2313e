package deletion

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What a forced deletion does on the node, where nobody looks any more.
//
//  1. two pods with 60 s of grace and a preStop hook of 60 s: the entrypoint of one
//     ignores the stop signal, that of the other exits on it; our finalizer does not
//     hold their objects
//  2. wait until they are ready; follow their logs; delete the second with 20 s of
//     grace, and wait until its kill has begun
//  3. delete both by force; wait until their objects are gone
//  4. create the second again, and wait until it runs
//  5. wait until the logs have come to their end
var _ = Describe("forced deletion on the node", "deletion/force", func(s *S) {
	const running, stopping = "force-running", "force-stopping"
	const grace = 20 * time.Second
	request := func(pod string) Pattern { return StepBegin("delete").Of(pod).With("grace", "0s") }
	hook, term := Request("/status/200?hook"), Signal("SIGTERM")
	s.Do(Create(), AwaitReady(), FollowLog(running, "app"), FollowLog(stopping, "app"),
		DeletePods([]string{stopping}, Grace(grace)), Await(KubeEvent("Killing").Of(stopping), Patience),
		Delete(Grace(0)), Await(Removed().Of(running), Patience), Await(Removed().Of(stopping), Patience),
		Try(Create(stopping)), AwaitFor("the second "+stopping, Patience, func(h *History) bool { return len(h.All(Running().Of(stopping))) == 2 }),
		Await(Log().Of(running), Patience), Await(Log().Of(stopping), Patience))

	s.Check("delete.force.watch-shape", func(j *judge.J, h *History) {
		for _, pod := range []string{running, stopping} {
			j.Expect(h).To(HappenBefore(request(pod), PodVersion(DeletingWithGrace(0)).Of(pod)))
			j.Expect(h).To(HappenBefore(PodVersion(DeletingWithGrace(0)).Of(pod), Removed().Of(pod)))
		}
	})
	s.Check("delete.force.kubelet-behaviour", func(j *judge.J, h *History) {
		// The grace period of the spec would be 60 s. The log ends with the
		// container, or later.
		whole(j, h, running)
		j.Expect(h).To(Elapse(request(running), term.Of(running), 0, Reaction))
		j.Expect(h).To(Elapse(term.Of(running), Log().Of(running), Floor-ClockError-Early/2, Floor+Reaction))
		j.Outcome("the preStop hook was not seen to begin")
		if h.First(hook.Of(running)) != nil {
			j.Outcome("the preStop hook began")
			// The kubelet waits 1 s for it; the request leaves later on a busy node (0.8 s
			// after the stop signal was seen), but not when the container is dead.
			j.Expect(h).To(Elapse(hook.Of(running), term.Of(running), -Floor, Reaction))
		}
	})
	s.Check("delete.force.hooks-in-flight", func(j *judge.J, h *History) {
		whole(j, h, stopping)
		j.Expect(h).To(HappenBefore(request(stopping), Removed().Of(stopping)))
		if late(h, request(stopping), term.Of(stopping)) {
			j.Inconclusive("the kill was over before the forced request was made")
		}
		// The first request promised 20 s, which begin after it; the forced one leaves 1.
		first := StepBegin("delete").Of(stopping).With("grace", grace.String())
		if low, _, err := h.Distance(h.First(first), h.First(request(stopping))); err != nil || low > grace/2 {
			j.Inconclusive("the forced request came too late to make a difference")
		}
		// Half-way between the two, so that a node that stands still for seconds hides neither.
		j.Expect(h).To(Elapse(first, term.Of(stopping), 0, grace*3/4))
	})
	s.Check("delete.force.stuck-name-reuse", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(Running().Of(stopping), 2))
		second := h.All(Running().Of(stopping))[1]
		ended := h.First(Log().Of(stopping))
		switch before, err := h.Before(second, ended); {
		case err != nil:
			j.Outcome("the new container started when the old one ended")
		case before:
			j.Outcome("the new container started while the old one ran")
		default:
			j.Outcome("the new container started when the old one had ended")
		}
	})
})

// whole ends a check where the log of a pod broke off: it shows what happened
// only until then.
func whole(j *judge.J, h *History, pod string) {
	if h.First(BrokenLog().Of(pod)) != nil {
		j.Inconclusive("the log of pod " + pod + " broke off")
	}
}
