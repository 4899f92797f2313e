package grace

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	grace := func(seconds int64) func(*corev1.Pod) {
		return func(p *corev1.Pod) { p.DeletionGracePeriodSeconds = &seconds }
	}
	Run(t, "grace", Bad{
		// The kill comes when the whole grace period has passed after the hook.
		"grace.budget-shared": {Shift(LastBeat(), 5*time.Second), Shift(LastBeat(), -8*time.Second)},
		"grace.sigkill-exit": {Container("exit code 0", "app", Phase(corev1.PodFailed), func(cs *corev1.ContainerStatus) {
			cs.State.Terminated.ExitCode = 0
		})},
		"grace.hook-overrun": {
			Drop(Signal("SIGTERM").Of("overrun-exits")),
			Shift(Signal("SIGTERM").Of("overrun-exits"), 56*time.Second),
			Shift(LastBeat().Of("overrun-ignores"), -1500*time.Millisecond),
		},
		"grace.two-second-floor": {Shift(LastBeat(), -time.Second), Shift(LastBeat(), 60*time.Second)},
		"grace.default-30": {
			Pods("30 s are not asked for", Deleting(), grace(10)),
			Edit{Name: "another default", Do: func(h *History) int {
				ten := int64(10)
				h.Spec("default-grace").TerminationGracePeriodSeconds = &ten
				return 1
			}},
		},
		"grace.seed-arithmetic": {
			Copy("a clean end in spite of the arithmetic", Signal("SIGTERM").Of("arithmetic-short"), func(e *Event) { e.Name = "clean" }),
			Drop(Entry("clean").Of("arithmetic-long")),
		},
		"grace.full-window":             {Drop(Entry("clean").Of("arithmetic-plain"))},
		"grace.delete-override-shorter": {Shift(LastBeat(), 56*time.Second), Pods("the spec's grace", Deleting(), grace(60))},
		"grace.probe-level":             {Shift(LastBeat().Instance(1), 57*time.Second)},
	})
}
