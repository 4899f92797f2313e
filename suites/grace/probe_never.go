package grace

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The grace period of a probe where containers are not restarted: it is for the
// kill of that container, not for that of its pod.
//
//  1. three pods with restartPolicy Never. alone has 4 s of grace and one container,
//     whose liveness probe has 60 s and fails after 1 s. pair has 2 s of grace and
//     two containers: the liveness probe of one has 6 s and fails after 1 s; that of
//     the other has 60 s and would fail from the begin of its preStop hook on. done
//     has 60 s of grace and ends by itself. All entrypoints ignore the stop signal
//  2. wait until alone and done have ended; delete them; wait until they are gone
//  3. wait until the first container of pair has ended; delete pair with 3 s of grace
//  4. wait until the kubelet is done with it
var _ = Describe("the grace period of a probe without restarts", "grace/probe_never", func(s *S) {
	const alone, pair, done = "probe-never-alone", "probe-never-pair", "probe-never-done"
	app := func(p Pattern) Pattern { return p.Of(pair).In("app") }
	other := func(p Pattern) Pattern { return p.Of(pair).In("other") }
	killing := KubeEvent("Killing")
	s.Do(Create(), AwaitTerminated(alone, done), DeletePods([]string{alone, done}), Await(Removed().Of(alone), Patience), Await(Removed().Of(done), Patience),
		Await(app(Terminated()), Patience), Await(killing.Of(alone), Patience), Await(app(killing), Patience),
		DeletePods([]string{pair}, Grace(3*time.Second)), AwaitTerminated(pair), Await(other(killing), Patience))

	s.Check("grace.probe-level-ignored-never", func(j *judge.J, h *History) {
		// The grace period of the probe would be 60 s.
		const grace = 4 * time.Second
		j.Expect(h).To(Elapse(Signal("SIGTERM").Of(alone), LastBeat().Of(alone), grace-Early, grace+Reaction))
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "^Stopping container app").Of(alone)))
		j.Expect(h).To(ContainNo(KubeEventSaying("Killing", "failed liveness probe").Of(alone)))
		// Where another container runs, it is the container that is killed.
		j.Expect(h).To(Contain(app(KubeEventSaying("Killing", "^Container app failed liveness probe"))))
	})
	s.Check("grace.probe-level-longer", func(j *judge.J, h *History) {
		// With the pod's grace period SIGKILL would come after 2 s.
		const grace = 6 * time.Second
		j.Expect(h).To(Contain(app(KubeEventSaying("Killing", "failed liveness probe"))))
		j.Expect(h).To(Elapse(app(Signal("SIGTERM")), app(LastBeat()), grace-Early, grace+Reaction))
	})
	s.Check("grace.probe-level-not-for-delete", func(j *judge.J, h *History) {
		// The probe's grace period would be 60 s.
		j.Expect(h).To(HappenBefore(other(Entry("removed")), other(Signal("SIGTERM"))))
		j.Expect(h).To(Elapse(other(HookBegin(PreStop)), other(LastBeat()), 0, 3*time.Second+Reaction))
		j.Expect(h).To(ContainNo(other(KubeEventSaying("Killing", "failed liveness probe"))))
	})
	s.Check("delete.terminal-pod-immediate", func(j *judge.J, h *History) {
		for pod, phase := range map[string]corev1.PodPhase{alone: corev1.PodFailed, done: corev1.PodSucceeded} {
			j.Expect(h).To(HappenBefore(PodVersion(Phase(phase)).Of(pod), StepBegin("delete").Of(pod)))
			j.Expect(h).To(Contain(PodVersion(DeletingWithGrace(0)).Of(pod)))
			j.Expect(h).To(ContainNo(PodVersion(Deleting().And(Not(DeletingWithGrace(0)))).Of(pod)))
			j.Expect(h).To(Elapse(StepBegin("delete").Of(pod), Removed().Of(pod), 0, Reaction))
		}
	})
})
