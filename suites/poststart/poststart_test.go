package poststart

import (
	"slices"
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
	without := func(condition corev1.PodConditionType) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Status.Conditions = slices.DeleteFunc(p.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == condition })
		}
	}
	looping := func(cs *corev1.ContainerStatus) {
		cs.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
	}
	Run(t, "poststart", Bad{
		// async
		"poststart.runs-after-create-and-start": {
			Shift(HookBegin(PostStart), -5*time.Second),
			Drop(HookBegin(PostStart)),
			Copy("the hook failed, as it does in a container that has not been started", KubeEvent("Created").In("app"), func(e *Event) {
				e.Name = "FailedPostStartHook"
			}),
		},
		"poststart.async-to-entrypoint": {
			Set(Entry("awaited").With("name", "entrypoint"), "ok", "false"),
			Set(Entry("awaited").With("name", "hook"), "ok", "false"),
			Shift(Entry("awaited").With("name", "hook"), 5*time.Second), // the entrypoint goes on when the hook has ended
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
		"poststart.no-params": {
			Set(Entry("hook-detail"), "argv", "/agent hook --name=postStart async"),
			Drop(Entry("hook-detail")),
		},
		"poststart.podready-to-start-condition": {
			Pods("without the condition while the hook runs", Phase(corev1.PodPending), without(corev1.PodReadyToStartContainers)),
			Pods("without the condition in the end", ContainerRunning("app"), without(corev1.PodReadyToStartContainers)),
		},
		"poststart.serial-containers": {Shift(Start().In("next"), -8*time.Second)},
		"status.message-from-termlog": {
			Drop(Start().In("app")), Drop(HookEnd(PostStart)),
			Container("half of the message", "next", Phase(corev1.PodSucceeded), func(cs *corev1.ContainerStatus) {
				cs.State.Terminated.Message = cs.State.Terminated.Message[:2048]
			}),
		},
		// endpoints
		"poststart.not-in-endpoints": {Shift(Endpoint("ready", func(e discoveryv1.Endpoint) bool {
			return e.Conditions.Ready != nil && *e.Conditions.Ready
		}), -30*time.Second)},
		// order
		"poststart.no-entrypoint-order": {Drop(HookBegin(PostStart)), Again(HookBegin(PostStart))},
		// failure_exec
		"poststart.failure.exec-nonzero": {Drop(failed), Drop(KubeEvent("Killing").In("app")), Drop(first(Exit()))},
		"poststart.failure.event": {
			Typed(failed, "Normal"),
			Say(failed, "Exec lifecycle hook ([/agent]) failed"),
			Copy("the hook's output in an Event", failed, func(e *Event) { e.EventObject.Message = "it said output-of-the-hook" }),
		},
		"poststart.failure.event-order": {
			Edit{Name: "killed before it failed", Do: func(h *History) int {
				h.First(KubeEvent("Killing").In("app")).Seq = h.First(failed).Seq - 1
				return 1
			}},
			Drop(KubeEvent("Created").In("app")),
		},
		"poststart.failure.siblings-unaffected": {
			Container("the other one restarted", "other", ContainerRunning("other"), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 }),
			Again(Start().In("other")),
			Shift(Signal("SIGTERM").In("other"), -time.Minute),
		},
		"poststart.serial-after-failure": {
			Drop(Start().In("next")),
			Shift(Start().In("next"), -time.Minute),
			Shift(Start().In("next"), 8*time.Second), // after the second instance and its hook
		},
		"poststart.status-during-restart": {
			Shift(PodVersion(Restarts("app", 1)), -time.Minute),
			Container("ready while the hook runs", "app", HasEnded("app").And(Restarts("app", 0)), func(cs *corev1.ContainerStatus) {
				cs.Ready = true
			}),
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
		"poststart.failure.never-hides-detail": {
			Container("the output in the status", "app", Phase(corev1.PodSucceeded), func(cs *corev1.ContainerStatus) {
				cs.State.Terminated.Message = "output-of-the-hook"
			}),
			Say(failed.Of("failure-never-0"), "PostStartHook failed: output-of-the-hook"),
		},
		// failure_onfailure
		"poststart.failure.onfailure": {
			Copy("restarted after exit code 0", Start().Of("failure-onfailure-0"), func(e *Event) { e.Instance = 2 }),
			Drop(HookEnd(PostStart).Of("failure-onfailure-1").In("app").Instance(2)),
		},
		"poststart.sidecar-failure-isolated": {
			Drop(Start().Of("failure-onfailure-1").In("app").Instance(2)),
			Drop(failed.Of("failure-onfailure-1").In("sidecar")),
			Again(Start().In("other")),
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
		// failure_kill
		"poststart.failure.tgps-zero": {
			Copy("the preStop hook ran", Start().Of("failure-kill-zero"), func(e *Event) {
				e.Name, e.Fields = "hook-begin", map[string]string{"name": PreStop}
			}),
			Shift(LastBeat().Of("failure-kill-zero"), -1500*time.Millisecond),
			Shift(LastBeat().Of("failure-kill-zero"), 28*time.Second),
			Set(Terminated().Of("failure-kill-zero"), "exitCode", "0"),
		},
		"poststart.failure.kill-takes-tgps": {
			Shift(LastBeat().In("ignores"), -3*time.Second),
			Set(Terminated().In("ignores"), "exitCode", "0"),
		},
		"poststart.image-sigterm-pid1": {
			Shift(Terminated().In("deaf"), -time.Minute),
			Set(Terminated().In("deaf"), "exitCode", "143"),
		},
		// failure_rules
		"poststart.failure.restart-rules": {
			Drop(HookEnd(PostStart).In("listed").Instance(2)),
			Container("the other one restarted", "unlisted", Restarts("listed", 1), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 }),
			Set(Terminated().In("unlisted"), "exitCode", "137"),
		},
		// held
		"poststart.sidecar-blocks-next": {
			Shift(Start().In("init"), -time.Minute),
			Drop(Start().In("app")),
			Set(Entry("probe").With("name", "startup"), "ok", "false"),
		},
		"poststart.probes-wait": {
			Shift(Entry("probe").With("name", "startup"), -time.Minute),
			Shift(Entry("probe").With("name", "liveness"), -time.Minute),
			Drop(Entry("probe").With("name", "readiness")),
		},
		// sidecar_failure
		"poststart.sidecar-failure-blocks": {
			Copy("the app started", Start(), func(e *Event) { e.Container = "app" }),
			Pods("phase Running", Restarts("sidecar", 1), func(p *corev1.Pod) { p.Status.Phase = corev1.PodRunning }),
			Drop(Waiting("PostStartHookError|CrashLoopBackOff").In("sidecar")),
		},
		"poststart.failure.backoff": {
			Drop(KubeEvent("BackOff")),
			Container("back-off before the first restart", "sidecar", Restarts("sidecar", 0), looping),
			Container("no back-off before the second", "sidecar", Restarts("sidecar", 1), func(cs *corev1.ContainerStatus) {
				cs.State = corev1.ContainerState{}
			}),
			Shift(Start().Instance(3), -time.Minute),
			Shift(Start().Instance(3), 2*time.Minute),
		},
		// hanging
		"poststart.no-timeout-exec": {
			Drop(HookEnd(PostStart)),
			Shift(HookEnd(PostStart), -time.Minute),
			Copy("it failed", KubeEvent("Started").Of("hanging-exec"), func(e *Event) { e.Name = "FailedPostStartHook" }),
		},
		"poststart.no-timeout-http": {
			Set(Entry("http-end").With("p", "/hang?for=12s&hook=patient"), "ok", "false"),
			Shift(failed.Of("hanging-http"), -time.Minute),
		},
		"poststart.force-delete-while-hanging": {
			Shift(Removed().Of("hanging-forced"), time.Minute),
			Drop(Removed().Of("hanging-forced")),
			Shift(Entry("http-end").With("p", "/hang?main"), -time.Minute),
			Drop(Entry("http-end").With("p", "/hang?main")),
		},
		// main_exits
		"poststart.main-exits-during-exec-hook": {
			Copy("the hook ran to its end", Entry("hook-begin").In("exec"), func(e *Event) { e.Name = "hook-end" }),
			Drop(failed.In("exec")),
			Shift(Start().In("sleep"), 57*time.Second),
		},
		"poststart.main-exits-during-sleep-or-http": {
			Mends(Edit{Name: "the pod succeeds a second later", Do: func(h *History) int {
				exit, done := h.First(Exit().In("sleep")), h.All(PodVersion(Phase(corev1.PodSucceeded)))
				for _, e := range done {
					e.Time = exit.Time
					e.Time.At = exit.Time.At.Add(time.Second)
				}
				return len(done)
			}}),
		},
		// delete_waits
		"poststart.delete-waits": {
			Mends(Shift(Signal("SIGTERM"), -time.Minute)),
			Mends(Drop(HookEnd(PostStart))),
			Drop(Signal("SIGTERM")),
		},
		// logs
		"poststart.logs-api": {
			Set(Note("read-log").With("code", "400"), "code", "200"),
			Set(Note("exec"), "code", "1"),
		},
	})
}
