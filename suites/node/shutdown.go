package node

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The node announces its shutdown to a kubelet that is configured for it.
//
//  1. two ordinary pods that ignore the stop signal, one with 60 s of grace, one
//     with 3 s; two critical ones, of which the last holds the shutdown up
//  2. configure 8 s for ordinary pods, more for critical ones; announce the
//     shutdown as logind does
//  3. wait until the kubelet is done with all but the last; ask logind who holds
//     the shutdown up; undo the configuration, before the pods of the control
//     plane have their turn
var _ = Describe("graceful node shutdown", "node/shutdown", func(s *S) {
	const (
		long, short = "shutdown-long", "shutdown-short"
		critical    = "shutdown-critical"
		period, own = 8 * time.Second, 3 * time.Second
		inhibitors  = "ask who holds the shutdown up"
	)
	s.Alone()
	s.Do(Create(), AwaitReady(), HoldJournals("app", long, short, critical), StartLogind(), StartKubelet(`
shutdownGracePeriodByPodPriority:
- {priority: 0, shutdownGracePeriodSeconds: 8}
- {priority: 2000000000, shutdownGracePeriodSeconds: 600}
- {priority: 2000001000, shutdownGracePeriodSeconds: 30}
`), ShutDown(), AwaitTerminated(long, short, critical), OnNode(inhibitors, listInhibitors), ReadJournals("app", long, short, critical), RestoreNode())

	s.Check("prestop.trigger.node-shutdown", func(j *judge.J, h *History) {
		for _, pod := range []string{long, short, critical} {
			j.Expect(h).To(follow(StepBegin("shutdown"), HookBegin(PreStop).Of(pod)))
			j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(pod), Signal("SIGTERM").Of(pod)))
		}
	})
	s.Check("node.graceful-shutdown", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(HookBegin(PreStop).Of(long), LastBeat().Of(long), period-Early-Truncated, period+Reaction))
		j.Expect(h).To(Elapse(HookBegin(PreStop).Of(short), LastBeat().Of(short), own-Early-Truncated, (own+period)/2))
		target := PodConditionIs(corev1.DisruptionTarget, corev1.ConditionTrue, corev1.PodReasonTerminationByKubelet)
		for _, pod := range []string{long, short} {
			j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed).And(StatusReason("Terminated")).
				And(StatusMessage("Pod was terminated in response to imminent node shutdown.")).And(target)).Of(pod)))
		}
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed, corev1.PodSucceeded).And(target)).Of(critical)))
		if failed := PodVersion(Phase(corev1.PodFailed)).Of(critical); h.First(failed) != nil {
			j.Outcome("a pod whose container exits 0 is Failed")
		} else {
			j.Outcome("a pod whose container exits 0 is Succeeded, without reason and message")
		}
	})
	s.Check("node.shutdown-inhibited", func(j *judge.J, h *History) {
		// The hook of the last pod has minutes left, and the band as well.
		answer := Note("node").With("step", inhibitors)
		j.Expect(h).To(HappenBefore(StepEnd("shutdown"), answer))
		j.Expect(h).To(Contain(answer.Saying("stdout", `"shutdown" "kubelet" "[^"]*" "delay"`)))
	})
	s.Check("node.shutdown-priority", func(j *judge.J, h *History) {
		// Unless a band is done earlier, the next has its turn when the period
		// of the band is over.
		j.Expect(h).To(Elapse(HookBegin(PreStop).Of(long), HookBegin(PreStop).Of(critical), period-Early-Truncated, period+2*Reaction))
		j.Expect(h).To(HappenBefore(LastBeat().Of(short), HookBegin(PreStop).Of(critical)))
	})
})

// listInhibitors prints for each lock that logind has given out what it inhibits,
// who holds it, why, and whether it blocks or delays
// (https://systemd.io/INHIBITOR_LOCKS/).
const listInhibitors = "busctl call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager ListInhibitors"
