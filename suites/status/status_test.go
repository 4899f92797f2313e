package status

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	ready := func(to bool) func(*corev1.ContainerStatus) {
		return func(cs *corev1.ContainerStatus) { cs.Ready = to }
	}
	unready := func(c string) Condition { return Deleting().And(ContainerRunning(c)).And(Not(ContainerReady(c))) }
	restarted := func(c string) Edit {
		return Container(c+" restarted", c, ContainerRunning(c), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 })
	}
	again := func(c string) Edit {
		return Copy("a second instance of "+c, Start().In(c), func(e *Event) { e.Instance = 2 })
	}
	killed := func(c string) Edit {
		return Copy(c+" killed for its liveness", KubeEvent("Killing"), func(e *Event) {
			e.Container, e.EventObject.Message = c, "Container "+c+" failed liveness probe, will be restarted"
		})
	}
	terminal := Phase(corev1.PodFailed, corev1.PodSucceeded)
	Run(t, "status", Bad{
		// termination
		"status.ready-in-prestop": {
			Container("a stays ready", "a", unready("a"), ready(true)),
			Container("d is unready from the deletion on", "d", Deleting(), ready(false)),
			Pods("the pod stays ready", Deleting(), func(p *corev1.Pod) { p.Status.Conditions = nil }),
			Drop(Entry("http").In("a").With("c", "503")),
		},
		"status.ready-in-prestop-exec": {
			Mends(Container("b is unready", "b", unready("a").And(ContainerRunning("b")), ready(false))),
		},
		"status.liveness-stopped": {
			Copy("a liveness probe in the termination", Request("/ready?file=/s/live").In("a"), func(e *Event) {
				e.Fields = map[string]string{"p": e.Fields["p"], "c": "503"}
			}),
			killed("a"),
		},
		"status.no-restart-in-termination": {
			restarted("c"), again("c"), again("b"), Shift(Exit().In("c"), time.Minute), Unread("termination", "b", restarted("c")),
		},
		"status.podip-kept": {
			Pods("no IP in the end", terminal, func(p *corev1.Pod) { p.Status.PodIP, p.Status.PodIPs = "", nil }),
			Pods("no IP in between", Deleting().And(Not(terminal)), func(p *corev1.Pod) { p.Status.PodIP = "" }),
		},
		"status.observed-generation": {
			Pods("an old generation", terminal, func(p *corev1.Pod) { p.Status.ObservedGeneration = 1 }),
			Pods("none in the end", terminal, func(p *corev1.Pod) { p.Status.ObservedGeneration = 0 }),
		},
		"sidecar.not-restarted-in-termination": {restarted("x"), again("x"), Drop(Exit().In("x"))},
		"sidecar.probes-during-termination": {
			Drop(Entry("http").In("l").With("c", "503")), Shift(Entry("http").In("l").With("c", "503"), -30*time.Second),
			restarted("l"), again("l"), killed("l"),
		},
		// deadline
		"status.deadline": {
			Pods("no reason", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.Status.Reason = "" }),
			Shift(PodVersion(Phase(corev1.PodFailed)), -3*time.Second),
			Shift(KubeEvent("DeadlineExceeded"), 10*time.Second),
			Drop(HookEnd(PreStop)),
		},
		"status.not-ready-after-terminated": {
			Container("ready in the end", "app", Phase(corev1.PodSucceeded), ready(true)),
			Pods("conditions of a running pod", Phase(corev1.PodFailed), func(p *corev1.Pod) {
				for i := range p.Status.Conditions {
					p.Status.Conditions[i].Status = corev1.ConditionTrue
				}
			}),
			Pods("another reason", Phase(corev1.PodSucceeded), func(p *corev1.Pod) {
				for i := range p.Status.Conditions {
					p.Status.Conditions[i].Reason = "PodFailed"
				}
			}),
		},
		// evicted
		"status.evicted": {
			Pods("no reason", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.Status.Reason = "" }),
			Pods("an empty message", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.Status.Message = "" }),
			Pods("Succeeded", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }),
			Copy("the object is removed", PodVersion(Phase(corev1.PodFailed)), func(e *Event) { e.Name = "DELETED" }),
		},
		"status.evicted-exit-0": {
			Mends(Pods("the phase of the eviction", Phase(corev1.PodSucceeded), func(p *corev1.Pod) {
				p.Status.Phase, p.Status.Reason = corev1.PodFailed, "Evicted"
				p.Status.Message = "Pod ephemeral local storage usage exceeds the total limit of containers 1. "
			})),
		},
	})
}
