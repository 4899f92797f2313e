package node

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	term := Signal("SIGTERM")
	// second is what the hook's second process did.
	second := func(name string, p Pattern, change func(*Event)) Edit {
		return Edit{Name: name, Do: func(h *History) int {
			all := h.All(p)
			if len(all) < 2 {
				return 0
			}
			change(all[1])
			return 1
		}}
	}
	failed := func(name string, change func(*corev1.Pod)) Edit { return Pods(name, Phase(corev1.PodFailed), change) }
	hook := func(name string) func(*Event) {
		return func(e *Event) { e.Name, e.Fields = "hook-begin", map[string]string{"name": name, "pid": "999"} }
	}
	Run(t, "node", Bad{
		// kubelet_restart
		"delivery.prestop.kubelet-restart": {
			second("not resent after a deletion", HookBegin(PreStop).Of("kubelet-restart-prestop"), func(e *Event) { e.Name = "hook-tick" }),
			second("not resent after a failed probe", HookBegin(PreStop).Of("kubelet-restart-liveness"), func(e *Event) { e.Name = "hook-tick" }),
			Shift(LastBeat().Of("kubelet-restart-prestop"), -4*time.Second),
		},
		"delivery.poststart.kubelet-restart": {
			Again(HookBegin(PostStart).Of("kubelet-restart-poststart")),
			Copy("the hook goes on", HookBegin(PostStart).Of("kubelet-restart-poststart"), func(e *Event) { e.Name = "hook-end" }),
			Drop(Start().Of("kubelet-restart-poststart").In("next")),
			Pods("never ready", PodReady(), func(p *corev1.Pod) { p.Status.Conditions = nil }),
		},
		"node.hung-poststart-freed-by-restart": {
			Shift(term.Of("kubelet-restart-hung"), 280*time.Second),
			Shift(term.Of("kubelet-restart-hung"), -20*time.Second),
		},
		"node.orphan-after-force": {Shift(LastBeat().Of("kubelet-restart-orphan"), 120*time.Second), Shift(LastBeat().Of("kubelet-restart-orphan"), -20*time.Second)},
		"prestop.skip.orphan":     {Copy("the hook runs", LastBeat().Of("kubelet-restart-orphan"), hook(PreStop))},
		"prestop.trigger.kubelet-eviction-local": {
			Drop(HookBegin(PreStop).Of("kubelet-restart-local")),
			Shift(term.Of("kubelet-restart-local"), 58*time.Second),
			Pods("another reason", StatusReason("Evicted"), func(p *corev1.Pod) { p.Status.Reason = "" }),
			Say(KubeEvent("Evicted").Of("kubelet-restart-local"), "for fun"),
		},
		"evict.critical-spared": {
			Copy("evicted", KubeEvent("Evicted").Of("kubelet-restart-local"), func(e *Event) { e.Pod = "kubelet-restart-critical" }),
			Copy("failed", PodVersion(StatusReason("Evicted")).Of("kubelet-restart-local"), func(e *Event) { e.Pod = "kubelet-restart-critical" }),
			Drop(KubeEvent("Evicted").Of("kubelet-restart-local")),
		},
		"evict.local-grace-doc": {
			Drop(HookBegin(PreStop).Of("kubelet-restart-local")),
			Shift(LastBeat().Of("kubelet-restart-local"), -1500*time.Millisecond),
			Shift(LastBeat().Of("kubelet-restart-local"), 56*time.Second),
		},
		// runtime_restart
		"node.runtime-restart": {Drop(term.Of("runtime-restart-prestop")),
			Pods("never ready", PodReady(), func(p *corev1.Pod) { p.Status.Conditions = nil })},
		// sandbox
		"prestop.trigger.sandbox-change": {
			Drop(HookEnd(PreStop).Instance(1)), Shift(term.Instance(1), -5*time.Second),
			Drop(KubeEvent("SandboxChanged")), Drop(HookBegin(PostStart).Instance(2)),
		},
		// static
		"node.static-mirror-delete": {
			Shift(term.Of("static").Instance(1), -30*time.Second), Shift(HookBegin(PreStop).Of("static").Instance(1), -30*time.Second),
			Again(Start().Of("static").Instance(1)), Drop(PodVersion(Annotated("hookcheck.dev/revision", "1"))),
		},
		"node.static-mirror-delete-seen": {Shift(RemovedVersion(Annotated("hookcheck.dev/revision", "1")), 60*time.Second)},
		"node.static-manifest-removal": {
			Shift(Start().Of("static").Instance(2), -20*time.Second), Shift(term.Of("static").Instance(2), 20*time.Second),
			Drop(HookEnd(PreStop).Of("static").Instance(1)),
		},
		"prestop.trigger.static-manifest": {Drop(HookBegin(PreStop).Of("static").Instance(2)), Shift(term.Of("static").Instance(2), -5*time.Second)},
		// critical
		"prestop.trigger.critical-admission-preemption": {
			Drop(HookBegin(PreStop).Of("critical-victim")), Shift(term.Of("critical-victim"), -5*time.Second),
			Shift(Start().Of("critical-pod"), -time.Minute), Typed(KubeEvent("Preempting"), "Normal"),
			failed("another reason", func(p *corev1.Pod) { p.Status.Reason = "" }),
		},
		// soft_eviction
		"prestop.trigger.soft-eviction": {
			Shift(term.Of("soft-eviction-long"), -5*time.Second), Shift(LastBeat().Of("soft-eviction-long"), 50*time.Second),
			Shift(LastBeat().Of("soft-eviction-long"), -7*time.Second),
			failed("no DisruptionTarget", func(p *corev1.Pod) { p.Status.Conditions = nil }),
		},
		"evict.soft-grace-version": {Shift(LastBeat().Of("soft-eviction-short"), 7*time.Second), Drop(KubeEvent("Evicted").Of("soft-eviction-short"))},
		// volumes
		"node.object-outlives-volumes": {Shift(Removed(), -time.Minute), Shift(PodVersion(Phase(corev1.PodSucceeded)), time.Minute), Drop(Removed())},
		// shutdown
		"prestop.trigger.node-shutdown": {Drop(HookEnd(PreStop).Of("shutdown-short")), Shift(term.Of("shutdown-critical"), -5*time.Second)},
		"node.graceful-shutdown": {
			Shift(LastBeat().Of("shutdown-long"), 52*time.Second), Shift(LastBeat().Of("shutdown-short"), 5*time.Second),
			failed("another reason", func(p *corev1.Pod) { p.Status.Reason = "" }),
			failed("another message", func(p *corev1.Pod) { p.Status.Message = "" }),
			Pods("no DisruptionTarget", Phase(corev1.PodSucceeded, corev1.PodFailed), func(p *corev1.Pod) { p.Status.Conditions = nil }),
		},
		"node.shutdown-inhibited": {
			Set(Note("node"), "stdout", "a(ssssuu) 0"),
			Set(Note("node"), "stdout", `a(ssssuu) 1 "sleep" "somebody" "a reason" "delay" 0 100`),
			Shift(Note("node"), -time.Minute),
		},
		"node.shutdown-priority": {Shift(HookBegin(PreStop).Of("shutdown-critical"), -7*time.Second)},
	})
}
