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
	probed := func(pod string) []Edit {
		return []Edit{
			Drop(HookEnd(PreStop).Of(pod).Instance(1)),
			Shift(term.Of(pod).Instance(1), -5*time.Second),
			Drop(KubeEvent("Killing").Of(pod)),
		}
	}
	Run(t, "prestop", Bad{
		// exec_before_term
		"prestop.trigger.delete":             {Drop(held(HookBegin(PreStop))), Shift(held(HookBegin(PreStop)), -10*time.Second)},
		"prestop.before-term":                {Shift(held(term), -2*time.Second), Drop(held(HookEnd(PreStop)))},
		"prestop.container-keeps-running":    {Set(held(HookEnd(PreStop)), "beats", "1"), Set(held(HookEnd(PreStop)), "get", "")},
		"prestop.blocks-deletion":            {Shift(free(Removed()), -8*time.Second)},
		"prestop.once":                       {Again(held(HookBegin(PreStop)))},
		"prestop.sync-then-term-immediately": {Shift(held(term), 6*time.Second)},
		"event.no-success-event": {Copy("an Event on the hook", held(KubeEvent("Killing")), func(e *Event) {
			e.Name, e.EventObject.Reason = "PreStopHookSucceeded", "PreStopHookSucceeded"
		})},
		"event.killing-before-hook": {Shift(held(KubeEvent("Killing")), 6*time.Second)},
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
		})},
		"delete.timestamp":       {Shift(held(DeletionTimestamp()), -15*time.Second), Drop(held(PodVersion(DeletingWithGrace(15))))},
		"delete.finalizer-holds": {Drop(held(PodVersion(Deleting().And(Phase(corev1.PodSucceeded)))))},
		// evict
		"prestop.trigger.eviction-api": {Drop(HookBegin(PreStop)), Shift(term, -5*time.Second)},
		"status.disruption-target-eviction": {Pods("no DisruptionTarget", Deleting(), func(p *corev1.Pod) {
			p.Status.Conditions = nil
		})},
		// probes
		"prestop.trigger.liveness": probed("probes-liveness"),
		"prestop.trigger.startup":  probed("probes-startup"),
		// natural_exit
		"prestop.skip.natural-exit": {Copy("a hook after all", Exit().Of("natural-exit-1"), func(e *Event) {
			e.Name, e.Fields = "hook-begin", map[string]string{"name": PreStop}
		})},
		// failure
		"prestop.failure.continues": {Drop(term.Of("failure-0")), Shift(term.Of("failure-0"), 20*time.Second)},
		"prestop.failure.event":     {Drop(KubeEvent("FailedPreStopHook").Of("failure-0")), Typed(KubeEvent("FailedPreStopHook"), "Normal")},
		"prestop.failure.status-unaffected": {
			Pods("Failed", Phase(corev1.PodSucceeded), func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }),
			Container("another exit code", "app", Phase(corev1.PodFailed), func(cs *corev1.ContainerStatus) { cs.State.Terminated.ExitCode = 1 }),
		},
		"prestop.failure.no-retry":   {Again(HookBegin(PreStop).Of("failure-7"))},
		"status.exit-nonzero-failed": {Pods("Succeeded", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded })},
	})
}
