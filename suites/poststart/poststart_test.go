package poststart

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	first := func(p Pattern) Pattern { return p.In("app").Instance(1) }
	started := true
	failed := KubeEvent("FailedPostStartHook")
	Run(t, "poststart", Bad{
		// async
		"poststart.runs-after-create-and-start": {Shift(HookBegin(PostStart), -5*time.Second), Drop(HookBegin(PostStart))},
		"poststart.async-to-entrypoint": {
			Set(Entry("awaited").With("name", "entrypoint"), "ok", "false"),
			Set(Entry("awaited").With("name", "hook"), "ok", "false"),
		},
		"poststart.once-per-instance": {Again(HookBegin(PostStart)), Drop(HookBegin(PostStart))},
		"poststart.blocks-running":    {Shift(PodVersion(ContainerRunning("app")), -30*time.Second)},
		"poststart.phase-pending": {Pods("phase Running from the beginning", Phase(corev1.PodPending), func(p *corev1.Pod) {
			p.Status.Phase = corev1.PodRunning
		})},
		"poststart.started-false": {
			Container("started from the beginning", "app", Phase(corev1.PodPending), func(cs *corev1.ContainerStatus) { cs.Started = &started }),
			Container("never started", "app", ContainerStarted("app"), func(cs *corev1.ContainerStatus) { cs.Started = nil }),
		},
		"poststart.serial-containers": {Shift(Start().In("next"), -8*time.Second)},
		"status.message-from-termlog": {Drop(Start().In("app")), Drop(HookEnd(PostStart))},
		// endpoints
		"poststart.not-in-endpoints": {Shift(Endpoint("ready", func(e discoveryv1.Endpoint) bool {
			return e.Conditions.Ready != nil && *e.Conditions.Ready
		}), -30*time.Second)},
		// restart
		"poststart.restart-reruns": {Drop(HookEnd(PostStart).Instance(2)), Again(HookEnd(PostStart).Instance(2))},
		"status.laststate-after-restart": {Container("no lastState", "app", Restarted("app"), func(cs *corev1.ContainerStatus) {
			cs.LastTerminationState = corev1.ContainerState{}
		})},
		// order
		"poststart.no-entrypoint-order": {Drop(HookBegin(PostStart)), Again(HookBegin(PostStart))},
		// failure_exec
		"poststart.failure.exec-nonzero": {Drop(failed), Drop(KubeEvent("Killing").In("app")), Drop(first(Exit()))},
		"poststart.failure.event": {
			Typed(failed, "Normal"),
			Say(failed, "Exec lifecycle hook ([/agent]) failed"),
			Copy("the hook's output in an Event", failed, func(e *Event) { e.EventObject.Message = "it said output-of-the-hook" }),
		},
		"event.fieldpath": {Copy("the Event on the other container", failed, func(e *Event) {
			e.EventObject.InvolvedObject.FieldPath, e.Container = "spec.containers{other}", "other"
		})},
		"poststart.failure.graceful-kill":   {Drop(first(Signal("SIGTERM"))), Set(first(Terminated()), "exitCode", "137")},
		"poststart.failure.prestop-runs":    {Drop(first(HookBegin(PreStop))), Shift(first(HookEnd(PreStop)), 5*time.Second)},
		"prestop.trigger.poststart-failure": {Drop(first(HookEnd(PreStop))), Again(first(HookEnd(PreStop))), Shift(first(HookEnd(PreStop)), 5*time.Second)},
		"poststart.failure.always":          {Drop(Start().In("app").Instance(2)), Drop(HookBegin(PostStart).Instance(2))},
		"poststart.failure.recovers":        {Drop(PodVersion(PodReady()))},
		"poststart.failure.ready-never": {Container("ready in the first instance", "app", Restarts("app", 0), func(cs *corev1.ContainerStatus) {
			cs.Ready = true
		})},
		// failure_never
		"poststart.failure.never": {
			Container("restarted", "app", Phase(corev1.PodSucceeded), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 }),
			Pods("Failed in spite of exit code 0", Phase(corev1.PodSucceeded), func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }),
			Drop(failed),
		},
		// failure_onfailure
		"poststart.failure.onfailure": {
			Copy("restarted after exit code 0", Start().Of("failure-onfailure-0"), func(e *Event) { e.Instance = 2 }),
			Drop(HookEnd(PostStart).Of("failure-onfailure-1").Instance(2)),
		},
		// failure_network
		"poststart.failure.http-conn-refused": {Drop(failed.Of("failure-network-refused")), Drop(Terminated().Of("failure-network-refused"))},
		"tcp.poststart-fails": {
			Drop(failed.Of("failure-network-tcp")),
			Set(Waiting("PostStartHookError").Of("failure-network-tcp"), "message", "failed"),
			Container("running", "app", Phase(corev1.PodPending), func(cs *corev1.ContainerStatus) {
				cs.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
			}),
		},
		"poststart.failure.tcpsocket": {
			Drop(failed.Of("failure-network-tcp")),
			Copy("a connection", Start().Of("failure-network-tcp"), func(e *Event) { e.Name = "tcp" }),
		},
	})
}
