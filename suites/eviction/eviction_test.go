package eviction

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	thirty := func(p *corev1.Pod) { *p.DeletionGracePeriodSeconds = 30 }
	Run(t, "eviction", Bad{
		"evict.api-pdb": {
			Set(StepEnd("evict").Of("budget-guarded"), "code", "201"),
			Set(StepEnd("evict").Of("budget-guarded"), "causes", "DisruptionBudget : The disruption budget budget is still being processed by the server.\n"),
			Shift(HookBegin(PreStop).Of("budget-guarded"), -2*time.Minute),
		},
		"evict.api-dry-run": {
			Shift(HookBegin(PreStop).Of("budget-free"), -10*time.Second),
			Set(StepEnd("evict").Of("budget-free"), "error", "refused"),
		},
		"evict.api-grace": {
			Shift(LastBeat().Of("budget-free"), 57*time.Second),
			Pods("the spec's grace", DeletingWithGrace(3), thirty),
		},
		"evict.api-ignores-pdb-states": {
			Set(StepEnd("evict").Of("budget-starting"), "error", "refused"),
			Pods("not being deleted", Deleting(), func(p *corev1.Pod) { p.DeletionTimestamp = nil }),
		},
		"evict.api-while-poststart": {
			Mends(Shift(Signal("SIGTERM").Of("budget-starting"), -10*time.Second)),
			Mends(Drop(HookEnd(PostStart).Of("budget-starting"))),
			Mends(Drop(HookEnd(PostStart).Of("budget-starting")), Copy("the hook failed", KubeEvent("Started").Of("budget-starting"), func(e *Event) {
				e.Name, e.EventObject.Reason = "FailedPostStartHook", "FailedPostStartHook"
			}), Drop(HookBegin(PostStart).Of("budget-starting"))),
			Drop(Signal("SIGTERM").Of("budget-starting")),
		},
		"deadline.job-vs-pod":    {Shift(HookEnd(PreStop), 10*time.Second), Pods("another grace", DeletingWithGrace(20), thirty)},
		"job.suspend-runs-hooks": {Shift(HookEnd(PreStop), 10*time.Second), Drop(HookEnd(PreStop))},
	})
}
