package eviction

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// starting is the pod that is evicted while its postStart hook runs.
const starting = "budget-starting"

// The eviction API asks the budget of a pod that works, and of no other.
//
//  1. a PodDisruptionBudget that wants one healthy pod; under it a pod that becomes
//     ready and one whose postStart hook takes 12 s; a pod without a budget whose
//     entrypoint ignores the stop signal, with 60 s of grace
//  2. wait until the hook's container has started; evict its pod with 4 s of grace
//  3. wait until the others are ready; try to evict the guarded one; evict the free
//     one by a dry run, then really, with 3 s of grace
//  4. delete the guarded one; wait until the kubelet is done with all
var _ = Describe("the eviction API and budgets", "eviction/budget", func(s *S) {
	const guarded, free = "budget-guarded", "budget-free"
	const grace = 3 * time.Second
	s.Do(Create(), Await(KubeEvent("Started").Of(starting), Patience), EvictPods([]string{starting}, Grace(4*time.Second)),
		AwaitReady(guarded, free), AwaitBudget("budget", 1),
		Try(EvictPods([]string{guarded})), EvictPods([]string{free}, DryRun()), EvictPods([]string{free}, Grace(grace)),
		AwaitTerminated(free, starting), DeletePods([]string{guarded}), AwaitTerminated())

	evicted := func(pod string) Pattern { return StepEnd("evict").Of(pod) }
	s.Check("evict.api-pdb", func(j *judge.J, h *History) {
		refused := evicted(guarded).With("code", "429")
		j.Expect(h).To(Contain(refused.Saying("causes", "^DisruptionBudget .*needs 1 healthy pods and has 1 currently")))
		j.Expect(h).To(HappenBefore(refused, PodVersion(Deleting()).Of(guarded)))
		// Until it is deleted, the free pod's grace period passes.
		j.Expect(h).To(Elapse(refused, HookBegin(PreStop).Of(guarded), grace-ClockError, 10*Patience))
	})
	s.Check("evict.api-dry-run", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(evicted(free), 2))
		j.Expect(h).To(ContainNo(evicted(free).Saying("error", ".")))
		second := StepBegin("evict").Of(free).With("grace", "3s")
		j.Expect(h).To(HappenBefore(second, PodVersion(Deleting()).Of(free)))
		j.Expect(h).To(HappenBefore(second, HookBegin(PreStop).Of(free)))
	})
	s.Check("evict.api-grace", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(3)).Of(free)))
		// The pod's own grace period would be 60 s.
		j.Expect(h).To(Elapse(Signal("SIGTERM").Of(free), LastBeat().Of(free), Floor/2, grace+Reaction))
	})
	s.Check("evict.api-ignores-pdb-states", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(evicted(starting)))
		j.Expect(h).To(ContainNo(evicted(starting).Saying("error", ".")))
		inTime(j, h)
		j.Expect(h).To(Contain(PodVersion(Deleting()).Of(starting)))
	})
	s.Check("evict.api-while-poststart", func(j *judge.J, h *History) {
		inTime(j, h)
		term, over := Signal("SIGTERM").Of(starting), HookEnd(PostStart).Of(starting)
		j.Expect(h).To(Contain(term))
		if h.First(over) != nil {
			j.Expect(h).To(HappenBefore(term, over))
		} // else it was ended with its container
	})
})

// inTime makes sure that the eviction came while the hook ran, whose end it must
// not have waited for. A hook that is ended with its container writes no end. If
// that comes before the hook's first act, an Event says that it had been called.
func inTime(j *judge.J, h *History) {
	if h.First(HookBegin(PostStart).Of(starting)) == nil && h.First(KubeEvent("FailedPostStartHook").Of(starting)) == nil {
		j.Inconclusive("the postStart hook had not been called when the pod was evicted")
	}
	request, hook := h.First(StepEnd("evict").Of(starting)), h.First(HookEnd(PostStart).Of(starting))
	if request == nil || hook == nil {
		return // the check itself asks for the request
	}
	if early, err := h.Before(request, hook); err != nil || !early {
		j.Inconclusive("the node was so slow that the postStart hook had ended when the pod was evicted")
	}
}
