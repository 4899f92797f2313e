package prestop

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	held := func(p Pattern) Pattern { return p.Of("exec-before-term") }
	free := func(p Pattern) Pattern { return p.Of("exec-before-term-free") }
	term := Signal("SIGTERM")
	late := 60 * time.Second
	// stopped are the ways in which expectStopped can fail.
	stopped := func(narrow func(Pattern) Pattern) []Edit {
		return []Edit{
			Drop(narrow(HookBegin(PreStop))),
			Shift(narrow(HookBegin(PreStop)), -late),
			Shift(narrow(term), -late),
		}
	}
	in := func(pod, container string) func(Pattern) Pattern {
		return func(p Pattern) Pattern { return p.Of(pod).In(container) }
	}
	of := func(pod string) func(Pattern) Pattern { return func(p Pattern) Pattern { return p.Of(pod) } }
	first := func(pod, container string) func(Pattern) Pattern {
		return func(p Pattern) Pattern { return p.Of(pod).In(container).Instance(1) }
	}
	// hookAfterAll adds a preStop hook that began when another thing happened.
	hookAfterAll := func(p Pattern) Edit {
		return Copy("a hook after all", p, func(e *Event) {
			e.Kind, e.Name, e.Fields = KindJournal, "hook-begin", map[string]string{"name": PreStop}
		})
	}
	// failedHook adds an Event of a failed hook of a container.
	failedHook := func(pod, container string) Edit {
		return Copy("an Event of a failed hook", KubeEvent("Pulled").Of(pod), func(e *Event) {
			e.Name, e.Container, e.EventObject.Reason = "FailedPreStopHook", container, "FailedPreStopHook"
		})
	}
	final := Phase(corev1.PodSucceeded, corev1.PodFailed)
	disrupted := PodConditionIs(corev1.DisruptionTarget, corev1.ConditionTrue, "")
	undisrupted := Pods("no DisruptionTarget", disrupted, func(p *corev1.Pod) { p.Status.Conditions = nil })
	graceless := Pods("another grace period", Deleting(), func(p *corev1.Pod) { zero := int64(0); p.DeletionGracePeriodSeconds = &zero })
	probed := func(container string) []Edit {
		return []Edit{
			Drop(HookEnd(PreStop).In(container).Instance(1)),
			Shift(term.In(container).Instance(1), -5*time.Second),
			Drop(KubeEvent("Killing").In(container)),
		}
	}
	// Of the pod whose hooks fail each in its own way.
	exit, broken := in("failure-0", "exit"), KubeEvent("FailedPreStopHook").Of("failure-0")
	Run(t, "prestop", Bad{
		// exec_before_term
		"prestop.trigger.delete":             {Drop(held(HookBegin(PreStop))), Shift(held(HookBegin(PreStop)), -10*time.Second)},
		"prestop.before-term":                {Shift(held(term), -2*time.Second), Drop(held(HookEnd(PreStop)))},
		"prestop.container-keeps-running":    {Set(held(HookEnd(PreStop)), "beats", "1"), Set(held(HookEnd(PreStop)), "get", "")},
		"prestop.blocks-deletion":            {Shift(free(Removed()), -8*time.Second)},
		"prestop.network-available":          {Set(free(HookEnd(PreStop)), "get", "0"), Set(Entry("wrote"), "err", "read-only file system"), Drop(Entry("wrote"))},
		"prestop.secret-api-access":          {Set(free(HookEnd(PreStop)), "get", "401")},
		"prestop.once":                       {Again(held(HookBegin(PreStop)))},
		"prestop.sync-then-term-immediately": {Shift(held(term), 6*time.Second)},
		"event.no-success-event": {Copy("an Event on the hook", held(KubeEvent("Killing")), func(e *Event) {
			e.Name, e.EventObject.Reason = "PreStopHookSucceeded", "PreStopHookSucceeded"
		})},
		"event.killing-before-hook": {Shift(held(KubeEvent("Killing")), 3*time.Second)},
		"status.phase-running-in-prestop": {Pods("phase Terminating", Deleting().And(Phase(corev1.PodRunning)), func(p *corev1.Pod) {
			p.Status.Phase = "Terminating"
		})},
		"status.container-running-in-prestop": {Container("terminated early", "app", Deleting(), func(cs *corev1.ContainerStatus) {
			cs.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}
		})},
		"status.terminal-phase-before-removal": {Pods("never terminal", Phase(corev1.PodSucceeded), func(p *corev1.Pod) {
			p.Status.Phase = corev1.PodRunning
		})},
		"status.exit-0-succeeded": {Pods("Failed", Phase(corev1.PodSucceeded), func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed })},
		"status.terminated-fields": {Container("no finishedAt", "app", Phase(corev1.PodSucceeded), func(cs *corev1.ContainerStatus) {
			cs.State.Terminated.FinishedAt.Reset()
		}), Shift(held(Running()), -time.Hour), Shift(held(Terminated()), -time.Hour)},
		"delete.timestamp":       {Shift(held(DeletionTimestamp()), -15*time.Second), Drop(held(PodVersion(DeletingWithGrace(15))))},
		"delete.finalizer-holds": {Drop(held(PodVersion(Deleting().And(Phase(corev1.PodSucceeded)))))},
		// evict
		"prestop.trigger.eviction-api": {Drop(HookBegin(PreStop)), Shift(term, -5*time.Second)},
		"status.disruption-target-eviction": {Pods("no DisruptionTarget", Deleting(), func(p *corev1.Pod) {
			p.Status.Conditions = nil
		})},
		// probes
		"prestop.trigger.liveness": probed("liveness"),
		"prestop.trigger.startup":  probed("startup"),
		"prestop.skip.tgps0-probe-kill": {
			hookAfterAll(term.Of("probes-zero").Instance(1)),
			Drop(term.Of("probes-zero").Instance(1)),
			Drop(HookBegin(PreStop).Of("probes-zero").Instance(2)),
		},
		"poststart.restart-reruns": {Drop(HookEnd(PostStart).Instance(2)), Again(HookEnd(PostStart).Instance(2))},
		"status.laststate-after-restart": {Container("no lastState", "liveness", Restarted("liveness"), func(cs *corev1.ContainerStatus) {
			cs.LastTerminationState = corev1.ContainerState{}
		})},
		// natural_exit
		"prestop.skip.natural-exit": {hookAfterAll(in("natural-exit-1", "app")(Exit())), failedHook("natural-exit-0", "app")},
		"prestop.skip.oom": {
			hookAfterAll(in("natural-exit-1", "oom")(Entry("grow"))), failedHook("natural-exit-1", "oom"),
			Set(in("natural-exit-1", "oom")(Terminated()), "exitCode", "0"),
		},
		"prestop.skip.already-terminated-delete": {Shift(Removed().Of("natural-exit-0"), 45*time.Second), failedHook("natural-exit-0", "asleep")},
		// change
		"prestop.trigger.image-change":   append(stopped(first("change", "image")), Say(KubeEvent("Killing").In("image"), "Stopping container image")),
		"prestop.trigger.resize-restart": append(stopped(first("change", "resized")), Drop(Start().In("resized").Instance(2))),
		"restart.resize-reruns-poststart": {
			Drop(HookEnd(PostStart).In("resized").Instance(2)),
			Drop(HookEnd(PreStop).In("resized").Instance(1)),
		},
		"prestop.trigger.deadline": append(stopped(first("change", "rest")),
			Pods("another reason", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.Status.Reason = "" })),
		// preemption
		"prestop.trigger.preemption": append(stopped(of("preemption-victim")), undisrupted,
			Shift(PodVersion(ContainerRunning("app")).Of("preemption-claimant"), -late)),
		"preempt.scheduler-waits": {
			Shift(PodVersion(PodConditionIs(corev1.PodScheduled, corev1.ConditionTrue, "")).Of("preemption-claimant"), -late),
			Drop(HookEnd(PreStop).Of("preemption-victim")),
		},
		// taint
		"prestop.trigger.taint-eviction": append(stopped(of("taint")), undisrupted, graceless),
		// namespace
		"prestop.trigger.namespace-delete": append(append(stopped(of("namespace-in")), stopped(of("namespace-collection"))...), graceless),
		// owner
		"prestop.trigger.owner-cascade": {
			Drop(HookEnd(PreStop)), Shift(HookBegin(PreStop), -late), Shift(term, -late),
			{Name: "without the hook of the pod that was deleted last", Do: dropLastHook}, graceless,
		},
		// completion
		"prestop.trigger.sidecar-on-completion": append(stopped(in("completion", "sidecar")), hookAfterAll(in("completion", "app")(Exit())),
			Pods("Failed", Phase(corev1.PodSucceeded), func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed })),
		// crashloop
		"prestop.skip.crash-restart": {Shift(Start().In("crashing").Instance(2), 45*time.Second), failedHook("crashloop", "crashing")},
		"prestop.skip.crashloop-delete": append(stopped(in("crashloop", "sibling")),
			Shift(PodVersion(Phase(corev1.PodFailed)), 45*time.Second), failedHook("crashloop", "crashing"),
			Container("another end", "crashing", Phase(corev1.PodFailed), func(cs *corev1.ContainerStatus) {
				cs.State.Terminated = &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "ContainerStatusUnknown"}
			})),
		// dead
		"prestop.attempt-on-dead-container": {
			Drop(KubeEvent("FailedPreStopHook").In("exec")), hookAfterAll(in("dead", "exec")(Exit())),
			Shift(Start().In("http"), -5*time.Second), Drop(Request("/status/200?from=dead")),
		},
		// init_deletion
		"prestop.skip.init-and-ephemeral": {
			Shift(term, 45*time.Second), Drop(term), Shift(PodVersion(final), 45*time.Second), failedHook("init-deletion", "app"),
			Copy("the application started", Start().In("init"), func(e *Event) { e.Container = "app" }),
		},
		// never_ran
		"prestop.skip.not-started": {Shift(PodVersion(final), 45*time.Second), Copy("an Event of a failed hook", KubeEvent("Failed"), func(e *Event) {
			e.Name, e.EventObject.Reason = "FailedPreStopHook", "FailedPreStopHook"
		})},
		"prestop.skip.unscheduled": {
			Shift(Removed().Of("never-ran-unscheduled"), 60*time.Second), Drop(Removed().Of("never-ran-unscheduled")),
			Pods("the spec's grace", DeletingWithGrace(0), func(p *corev1.Pod) { *p.DeletionGracePeriodSeconds = 60 }),
		},
		// overdue
		"prestop.late-failure-event": {
			Drop(KubeEvent("FailedPreStopHook").In("exec")), Drop(KubeEvent("FailedPreStopHook").In("http")),
			Shift(KubeEvent("FailedPreStopHook").In("exec"), -20*time.Second), failedHook("overdue", "sleep"),
		},
		"sleep.ignored-when-container-gone": {
			Copy("a stop signal", Exit().Of("overdue-asleep").In("sleeper"), func(e *Event) {
				e.Name, e.Fields = "signal", map[string]string{"name": "SIGTERM"}
			}),
			Mends(Shift(PodVersion(final).Of("overdue-asleep"), -8*time.Second)),
		},
		"prestop.main-exits-during-sleep": {
			Shift(PodVersion(final).Of("overdue-asleep"), time.Second),
			Mends(Shift(PodVersion(final).Of("overdue-asleep"), -9*time.Second)),
		},
		// failure
		"prestop.skip.dry-run-or-precondition": {
			Shift(exit(HookBegin(PreStop)), -3*time.Second), Set(StepEnd("delete").Of("failure-0").With("code", "409"), "code", "200"),
			Shift(PodVersion(Deleting()).Of("failure-0"), -3*time.Second),
		},
		"prestop.failure.kinds": {
			Drop(exit(broken)), Drop(broken.In("missing")), Drop(broken.In("refused")), Drop(broken.In("tcp")), Shift(term.In("missing"), late),
		},
		"prestop.failure.continues": {Drop(exit(term)), Shift(exit(term), late)},
		"prestop.failure.event": {
			Drop(exit(broken)), Typed(exit(broken), "Normal"), Say(exit(broken), "PreStopHook failed: it said output-of-the-hook"),
		},
		"prestop.failure.status-unaffected": {
			Pods("Failed", Phase(corev1.PodSucceeded), func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }),
			Container("another exit code", "app", Phase(corev1.PodFailed), func(cs *corev1.ContainerStatus) { cs.State.Terminated.ExitCode = 1 }),
		},
		"tcp.prestop-fails": {
			Drop(broken.In("tcp")), Copy("a connection", Start().In("tcp"), func(e *Event) { e.Name = "tcp" }), Shift(term.In("tcp"), late),
		},
		"http.conn-refused":          {Drop(broken.In("refused")), Again(broken.In("refused")), Shift(term.In("refused"), late)},
		"prestop.failure.no-retry":   {Again(HookBegin(PreStop).Of("failure-7"))},
		"status.exit-nonzero-failed": {Pods("Succeeded", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded })},
	})
}

// dropLastHook removes the hook of the pod that was deleted last.
func dropLastHook(h *History) int {
	last := ""
	for _, e := range h.All(PodVersion(Deleting())) {
		if last == "" || e.Pod != h.First(PodVersion(Deleting())).Pod {
			last = e.Pod
		}
	}
	return Drop(HookBegin(PreStop).Of(last)).Do(h)
}
