package restarts

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	hook := func(e *Event) { e.Name, e.Fields = "hook-begin", map[string]string{"name": PreStop} }
	ending := func(name, c string, change func(*corev1.ContainerStatus)) Edit {
		return Container(name, c, Phase(corev1.PodFailed).And(Not(Restarted("source"))), change) // the other pod's is restarted
	}
	remove := func(cs *corev1.ContainerStatus) {
		cs.State.Terminated = &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "ContainerStatusUnknown"}
	}
	restart := func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 }
	Run(t, "restarts", Bad{
		"restart.rules.no-prestop": {
			Copy("a preStop hook in the first instance", Start().In("ruled").Instance(1), hook),
			Drop(HookEnd(PostStart).In("ruled").Instance(2)),
			Set(Exit().In("ruled").Instance(1), "code", "0"),
		},
		"restart.rules.after-hook-kill": {
			Drop(Start().In("failing").Instance(2)),
			Set(Terminated().In("failing").Instance(1), "exitCode", "137"),
		},
		"restart.rules.not-for-probe-kill": {
			Say(KubeEvent("Killing").In("app"), "Container app failed liveness probe, will be restarted"),
			Drop(KubeEvent("Killing").In("app")),
		},
		"prestop.skip.restart-all": {
			Copy("a preStop hook in the first instance", Signal("SIGTERM").Of("all").In("deaf-one").Instance(1), hook),
			Drop(Signal("SIGTERM").Of("all").In("deaf-one").Instance(1)),
		},
		"restart.all.flow": {
			Drop(HookEnd(PostStart).Of("all").In("deaf-two").Instance(2)),
			Pods("without its condition", PodConditionIs("AllContainersRestarting", corev1.ConditionTrue, ""), func(p *corev1.Pod) {
				p.Status.Conditions = nil
			}),
			Container("the init container not again", "init", Restarted("init"), func(cs *corev1.ContainerStatus) { cs.RestartCount = 0 }),
			Set(Start().Of("all").In("deaf-one").Instance(2), "instance", "1"),
			Pods("another IP", Restarts("deaf-one", 1), func(p *corev1.Pod) { p.Status.PodIP = "192.0.2.1" }),
		},
		"restart.all.kill-serial": {
			Edit{Name: "both at once", Do: func(h *History) int {
				one, two := Signal("SIGTERM").Of("all").In("deaf-one"), Signal("SIGTERM").Of("all").In("deaf-two")
				h.First(two).Time = h.First(one).Time
				return 1
			}},
		},
		"restart.all.not-while-terminating": {
			Again(Start().Of("all-ending").In("sibling")),
			Again(Start().Of("all-ending").In("source")),
			ending("source ended otherwise", "source", func(cs *corev1.ContainerStatus) { cs.State.Terminated.ExitCode = 0 }),
			ending("source removed", "source", remove), ending("sibling removed", "sibling", remove),
			ending("source restarted", "source", restart), ending("sibling restarted", "sibling", restart),
		},
	})
}
