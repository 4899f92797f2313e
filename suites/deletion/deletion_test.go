package deletion

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	const set = "replacement-set-0"
	grace := func(seconds int64) func(*corev1.Pod) {
		return func(p *corev1.Pod) { p.DeletionGracePeriodSeconds = &seconds }
	}
	running := func(p Pattern) Pattern { return p.Of("force-running") }
	stopping := func(p Pattern) Pattern { return p.Of("force-stopping") }
	term := Signal("SIGTERM")
	Run(t, "deletion", Bad{
		// repeat
		"delete.uid-precondition": {
			Set(StepEnd("delete").With("code", "409"), "code", "200"),
			Shift(PodVersion(Deleting()), -20*time.Second),
		},
		"delete.generation-bump": {Pods("the generation stays", Deleting(), func(p *corev1.Pod) { p.Generation = 1 })},
		"delete.repeat-shorter-api": {
			Pods("the second request changes nothing", DeletingWithGrace(1), grace(10)),
			Pods("the third request lengthens it", DeletingWithGrace(1).And(Phase(corev1.PodSucceeded)), grace(6)),
		},
		// The kubelet deviates: the recorded history is the bad one.
		"delete.repeat-shorter-kubelet": {Mends(Shift(HookBegin(PreStop), 6*time.Second))},
		// force
		"delete.force.watch-shape": {Drop(running(PodVersion(DeletingWithGrace(0)))), Drop(stopping(PodVersion(DeletingWithGrace(0))))},
		"delete.force.kubelet-behaviour": {
			Drop(running(term)),
			Shift(running(term), 60*time.Second),
			Shift(running(Log()), -60*time.Second),
			Shift(running(Log()), 60*time.Second),
		},
		"delete.force.hooks-in-flight":  {Mends(Shift(stopping(Signal("SIGTERM")), -6*time.Second)), Drop(stopping(Removed()))},
		"delete.force.stuck-name-reuse": {DropLast(stopping(Running()))},
		// replacement
		"delete.statefulset-order": {
			Shift(Removed().Of(set), 60*time.Second),
			Shift(PodVersion(anything).Of("replacement-set-1"), -time.Minute),
			Drop(PodVersion(anything).Of("replacement-set-1")),
		},
		"delete.statefulset-replacement": {
			Shift(Removed().Of(set), 60*time.Second),
			Shift(Removed().Of(set), -60*time.Second),
			Copy("the ReplicaSet's pod had ended", PodVersion(Deleting()).Of("replacement-replicas-4m7q8"), func(e *Event) {
				e.PodObject = e.PodObject.DeepCopy()
				e.PodObject.Status.Phase = corev1.PodSucceeded
			}),
		},
	})
}
