package probes

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	asked := func(path, code string, instance int) Pattern {
		return Request(path).With("c", code).Instance(instance)
	}
	answered := func(name string, p Pattern, code string) Edit {
		return Copy(name, p, func(e *Event) { e.Fields = map[string]string{"p": e.Fields["p"], "c": code} })
	}
	restarted := func(c string) Edit {
		return Container(c+" restarted", c, ContainerRunning(c), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 })
	}
	killing := func(c string) Pattern { return KubeEvent("Killing").In(c) }
	no, term := false, Signal("SIGTERM")
	Run(t, "probes", Bad{
		"probe.startup-gates-others": {
			Shift(asked(liveness, "200", 1), -5*time.Second), Shift(asked(readyOfStartup, "200", 1), -5*time.Second),
			Drop(asked(startup, "200", 1)),
		},
		"probe.startup-gates-after-restart": {
			Mends(Edit{Name: "started and ready after the probe", Do: func(h *History) int {
				probed := h.First(asked(startup, "200", 2))
				return Container("", "startup", Restarts("startup", 1), func(cs *corev1.ContainerStatus) {
					cs.Started, cs.Ready = &no, false
				}).Do(h) + Copy("", PodVersion(Restarts("startup", 1)), func(e *Event) {
					yes := true
					pod := e.PodObject.DeepCopy()
					for i := range pod.Status.ContainerStatuses {
						pod.Status.ContainerStatuses[i].Started, pod.Status.ContainerStatuses[i].Ready = &yes, true
					}
					e.PodObject, e.Arrived = pod, probed.Arrived.Add(time.Second)
					e.Time.At = probed.Time.At.Add(time.Second)
				}).Do(h)
			}}),
		},
		"probe.startup-stops-after-success": {
			answered("one more startup probe", asked(startup, "200", 1), "418"),
			Drop(Request(startup).Instance(2)),
		},
		"probe.startup-periodic": {
			Set(asked(startup, "200", 1), "n", "1"),
			Copy("killed for its startup probe", killing("startup"), func(e *Event) {
				e.EventObject.Message = "Container startup failed startup probe, will be restarted"
			}),
			answered("a failure more than the threshold", asked(failing, "500", 1), "418"),
		},
		"probe.startup-failure-kills-container": {
			Drop(HookEnd(PreStop).In("failing").Instance(1)),
			Shift(term.In("failing").Instance(1), -5*time.Second),
			Drop(Start().In("failing").Instance(2)),
			Shift(term.In("readiness"), -30*time.Second),
			Pods("another IP", Restarts("failing", 0), func(p *corev1.Pod) {
				if p.Status.PodIP != "" {
					p.Status.PodIP = "192.0.2.1"
				}
			}),
			Say(killing("failing"), "Stopping container failing"),
		},
		"probe.liveness-restart-any-exit": {
			Drop(Start().In("startup").Instance(2)), Set(Terminated().In("startup").Instance(1), "exitCode", "137"),
			Say(killing("startup"), "Container startup failed liveness probe"),
		},
		"probe.readiness-runs-no-hook": {
			Shift(HookBegin(PreStop).In("readiness"), -time.Minute), restarted("readiness"),
			Drop(KubeEventSaying("Unhealthy", "Readiness probe failed").In("readiness")), Again(Start().In("readiness")),
		},
		"probe.failure-threshold-consecutive": {
			restarted("consecutive"),
			Copy("killed for its liveness", killing("startup"), func(e *Event) { e.Container = "consecutive" }),
			Drop(Request(consecutive).With("c", "204")),
		},
	})
}
