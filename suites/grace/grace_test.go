package grace

import (
	"fmt"
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
		"grace.budget-shared": {Shift(LastBeat().In("app"), 5*time.Second), Shift(LastBeat().In("app"), -8*time.Second)},
		"grace.truncation": {
			taken("nothing is cut", func(hook time.Duration) time.Duration { return hook }),
			taken("rounded up", func(hook time.Duration) time.Duration { return (hook + time.Second - 1).Truncate(time.Second) }),
			Drop(Signal("SIGTERM").In("third")),
		},
		"grace.observed-from-killing-event": {
			Shift(KubeEvent("Killing").In("app"), 5*time.Second),
			Shift(KubeEvent("Killing").In("app"), -60*time.Second),
		},
		"grace.sigkill-exit": {Container("exit code 0", "app", Phase(corev1.PodFailed), func(cs *corev1.ContainerStatus) {
			cs.State.Terminated.ExitCode = 0
		})},
		"grace.hook-overrun": {
			Drop(Signal("SIGTERM").In("exits")),
			Shift(Signal("SIGTERM").In("exits"), 56*time.Second),
			Shift(LastBeat().In("ignores"), -1500*time.Millisecond),
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
			Shift(Signal("SIGTERM").Of("arithmetic-short"), -3*time.Second),
		},
		"grace.full-window": {Drop(Entry("clean").Of("arithmetic-plain")), Set(Terminated().Of("arithmetic-plain"), "exitCode", "137")},
		"grace.delete-override-shorter": {
			Shift(LastBeat().Of("override").In("app"), 56*time.Second),
			Shift(LastBeat().Of("override").In("app"), -3500*time.Millisecond),
			Pods("the spec's grace", DeletingWithGrace(4), grace(60)),
		},
		"grace.hard-cap-for-hook": {
			Shift(Signal("SIGTERM").Of("override").In("hooked"), 56*time.Second),
			Shift(Signal("SIGTERM").Of("override").In("hooked"), -3*time.Second),
		},
		"grace.delete-override-longer": {
			Drop(Entry("clean").Of("override-longer")),
			Set(Terminated().Of("override-longer"), "exitCode", "137"),
			Pods("the spec's grace", DeletingWithGrace(10), grace(1)),
		},
		"delete.kubectl-flags": {
			Shift(Removed(), -10*time.Second),
			Drop(PodVersion(Phase(corev1.PodFailed))),
			Pods("no grace", DeletingWithGrace(1), grace(0)),
		},
		"grace.probe-level": {
			Shift(LastBeat().In("app").Instance(1), 57*time.Second), Shift(LastBeat().In("starting").Instance(1), 57*time.Second),
			Shift(LastBeat().In("starting").Instance(1), -2500*time.Millisecond),
		},
		"grace.negative-delete": {Pods("no grace", DeletingWithGrace(1), grace(0))},
		"grace.probe-level-ignored-never": {
			Shift(LastBeat().Of("probe-never-alone"), 56*time.Second),
			Shift(LastBeat().Of("probe-never-alone"), -3500*time.Millisecond),
			Say(KubeEvent("Killing").Of("probe-never-alone"), "Container app failed liveness probe"),
			Say(KubeEvent("Killing").Of("probe-never-pair").In("app"), "Stopping container app"),
		},
		"grace.probe-level-longer": {Shift(LastBeat().Of("probe-never-pair").In("app"), -4*time.Second)},
		"grace.probe-level-not-for-delete": {
			Shift(LastBeat().In("other"), 57*time.Second),
			Say(KubeEvent("Killing").In("other"), "Container other failed liveness probe"),
		},
		"delete.terminal-pod-immediate": {
			Pods("the spec's grace", DeletingWithGrace(0).And(Phase(corev1.PodSucceeded)), grace(60)),
			Shift(Removed().Of("probe-never-alone"), 60*time.Second),
			Drop(Removed().Of("probe-never-done")),
		},
		"grace.zero-spec-liveness": {
			Copy("a hook after all", Signal("SIGTERM").Instance(1), func(e *Event) {
				e.Name, e.Fields = "hook-begin", map[string]string{"name": PreStop}
			}),
			Shift(LastBeat().Instance(1), -2*time.Second),
			Drop(Signal("SIGTERM").Instance(1)),
		},
		"grace.zero-spec-delete": {
			Drop(Signal("SIGTERM").Instance(2)),
			Shift(Signal("SIGTERM").Instance(2), 60*time.Second),
			Shift(Log(), -60*time.Second),
			Shift(Removed(), 60*time.Second),
			Pods("30 s by default", Deleting(), grace(30)),
		},
		"grace.sidecar-budget": {
			Shift(Signal("SIGTERM").In("polite"), 3*time.Second),
			Shift(Signal("SIGTERM").In("deaf"), -4*time.Second),
			Shift(LastBeat().In("deaf"), 6*time.Second),
		},
		"grace.activedeadline-full": {
			Shift(LastBeat(), -4*time.Second),
			Shift(LastBeat(), 24*time.Second), // the default
			Pods("another reason", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.Status.Reason = "Evicted" }),
		},
	})
}

// taken lets the kubelet take something else from the grace period of 10 s for what
// it counted of the hook, and the kill come a quarter of a second late.
func taken(name string, cost func(hook time.Duration) time.Duration) Edit {
	return Edit{Name: name, Do: func(h *History) int {
		changed := 0
		for _, container := range []string{"app", "second", "third", "fourth", "fifth"} {
			_, end := bounds(container)
			hook := h.First(end).Time.At.Sub(exactly(h.First(KubeEvent("Killing").In(container))).Time.At)
			kill := h.First(Signal("SIGTERM").In(container)).Time.At.Add(10*time.Second - cost(hook) + 250*time.Millisecond)
			changed += Shift(LastBeat().In(container), kill.Sub(h.First(LastBeat().In(container)).Time.At)).Do(h)
		}
		return changed
	}}
}

// A hook that begins so late that the grace period is over before its end proves
// nothing of either; a kubelet that records no Event Killing is not to blame.
func TestLateHook(t *testing.T) {
	for name, tt := range map[string]struct {
		edit Edit
		want string
	}{
		"kill 20 s before the end of the hook": {Shift(KubeEvent("Killing").Of("arithmetic-short"), -20*time.Second), "inconclusive"},
		"no Event":                             {Drop(KubeEvent("Killing").Of("arithmetic-short")), "conformant"},
	} {
		h, check := Case(t, "grace/arithmetic", "grace.seed-arithmetic")
		if tt.edit.Do(h) == 0 {
			t.Fatalf("%s: the edit changed nothing", name)
		}
		if got, reason := check(h); got != tt.want {
			t.Errorf("%s: %s (%s), want %s", name, got, reason, tt.want)
		}
	}
}

// TestExactly: a name that does not fit leaves an Event its whole seconds.
func TestExactly(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 7, 0, time.UTC)
	for name, want := range map[string]Stamp{
		fmt.Sprintf("shared.%x", at.Add(250*time.Millisecond).UnixNano()): {Clock: NodeClock, At: at.Add(250 * time.Millisecond)},
		fmt.Sprintf("shared.%x", at.Add(time.Second).UnixNano()):          {Clock: NodeClock, At: at, Width: time.Second},
		fmt.Sprintf("shared.%x", at.Add(-1).UnixNano()):                   {Clock: NodeClock, At: at, Width: time.Second},
		"8f3c0c9e-6f0e-4a57-9b5e-0d3c5e1f7a11":                            {Clock: NodeClock, At: at, Width: time.Second},
		"":                                                                {Clock: NodeClock, At: at, Width: time.Second},
	} {
		e := &Event{Time: Stamp{Clock: NodeClock, At: at, Width: time.Second}, EventObject: &corev1.Event{}}
		e.EventObject.Name = name
		if got := exactly(e).Time; got.Clock != want.Clock || !got.At.Equal(want.At) || got.Width != want.Width {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
