package sidecars

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	term := Signal("SIGTERM")
	awaited := func(file, in string) Pattern { return Entry("awaited").In(in).With("name", "/meet/"+file) }
	ready, succeeded := true, corev1.PodSucceeded
	ended := func(c string, code int32) Edit {
		return Container("another end of "+c, c, Phase(succeeded), func(cs *corev1.ContainerStatus) { cs.State.Terminated.ExitCode = code })
	}
	restarted := func(c string) Edit {
		return Container(c+" restarted", c, ContainerRunning(c), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 })
	}
	Run(t, "sidecars", Bad{
		// parallel
		"multi.prestop-parallel": {Set(awaited("b", "a"), "ok", "false"), Set(awaited("a", "b"), "ok", "false")},
		"multi.independent-term": {
			Shift(term.In("c"), 30*time.Second), Shift(term.In("a"), 30*time.Second),
			Shift(term.In("a"), -5*time.Second), Shift(term.In("b"), -5*time.Second),
			Set(awaited("c-term", "b"), "ok", "false"),
		},
		"multi.one-hook-failure-isolated": {
			Drop(HookEnd(PreStop).In("b")), Set(HookEnd(PreStop).In("b"), "exit", "143"), Shift(term.In("b"), -5*time.Second),
			Copy("a failed hook of b", KubeEvent("FailedPreStopHook"), func(e *Event) { e.Container = "b" }),
		},
		"multi.no-order-guarantee": {Drop(term.In("d")), Again(term.In("c"))},
		// liveness_kill
		"multi.container-restart-only": {
			restarted("b"),
			Again(HookBegin(PreStop).In("b")),
			Shift(HookBegin(PreStop).In("b"), -time.Minute),
			Drop(HookEnd(PreStop).In("a").Instance(1)),
		},
		"multi.liveness-kill-blocks-sync": {Shift(Start().In("c").Instance(2), -30*time.Second)},
		"probe.on-hold-during-kill": {
			Copy("another probe", Entry("http").In("a").Instance(1), func(e *Event) {
				e.Fields = map[string]string{"p": e.Fields["p"], "c": "501"}
			}),
			Again(KubeEventSaying("Killing", "liveness")),
		},
		// shutdown
		"sidecar.shutdown-order": {
			Shift(term.In("s2"), -900*time.Millisecond), Shift(term.In("s1"), -900*time.Millisecond), Drop(term.In("s1")),
		},
		"sidecar.prestop-simultaneous": {
			Set(awaited("s1", "a"), "ok", "false"), Shift(HookBegin(PreStop).In("s1"), 5*time.Second),
		},
		// restarts
		"sidecar.restart-on-crash": {
			Drop(Start().In("s").Instance(2)), Drop(HookEnd(PostStart).In("s").Instance(2)), Again(HookEnd(PostStart).In("s").Instance(2)),
			Shift(Exit().In("app"), -time.Minute), restarted("app"),
		},
		"sidecar.liveness-prestop": {
			Drop(HookBegin(PreStop).In("u").Instance(1)), Shift(term.In("u").Instance(1), -5*time.Second),
			Say(KubeEventSaying("Killing", "liveness"), "Container u failed liveness probe"), Drop(Start().In("u").Instance(2)),
		},
		"sidecar.exit-code-ignored": {
			Pods("Failed", Phase(succeeded), func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }),
			ended("s", 0), ended("t", 0),
		},
		// start
		"sidecar.poststart-then-next": {
			Shift(Start().Of("start").In("app"), -30*time.Second),
			Container("the sidecar is ready", "sidecar", ContainerRunning("app"), func(cs *corev1.ContainerStatus) { cs.Ready = ready }),
			Pods("the pod is ready", ContainerRunning("app"), func(p *corev1.Pod) {
				for i := range p.Status.Conditions {
					if c := &p.Status.Conditions[i]; c.Type == corev1.PodReady {
						c.Status, c.Reason = corev1.ConditionTrue, ""
					}
				}
			}),
			Drop(PodVersion(ContainerReady("app")).Of("start")),
			Unread("start", "app", Drop(PodVersion(ContainerReady("app")).Of("start"))),
		},
		"status.initialized-order": {
			Pods("initialized too early", PodConditionIs(corev1.PodInitialized, corev1.ConditionFalse, ""), initialized(corev1.ConditionTrue)),
			Pods("never initialized", PodConditionIs(corev1.PodInitialized, corev1.ConditionTrue, ""), initialized(corev1.ConditionFalse)),
		},
		"sidecar.terminated-before-done": {
			Shift(term.Of("start-stuck").In("s1"), -900*time.Millisecond), Drop(HookEnd(PreStop).Of("start-stuck").In("s2")),
			Shift(term.Of("start-stuck").In("s1"), time.Minute), Shift(term.Of("start-stuck").In("s2"), time.Minute),
			Copy("the app container runs", Start().Of("start-stuck").In("stuck"), func(e *Event) { e.Container = "app" }),
			Copy("the last sidecar runs", Start().Of("start-stuck").In("stuck"), func(e *Event) { e.Container = "s3" }),
		},
	})
}

// initialized returns a change of the condition Initialized.
func initialized(to corev1.ConditionStatus) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		for i := range p.Status.Conditions {
			if c := &p.Status.Conditions[i]; c.Type == corev1.PodInitialized {
				c.Status = to
			}
		}
	}
}
