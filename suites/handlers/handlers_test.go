package handlers

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	failed := func(container, reason string) Edit {
		return Copy(reason+" in "+container, KubeEvent("Killing"), func(e *Event) {
			e.Container, e.Name, e.EventObject.Reason = container, reason, reason
		})
	}
	Run(t, "handlers", Bad{
		"http.any-status-succeeds": {
			failed("c404", "FailedPostStartHook"), failed("c500", "FailedPreStopHook"),
			Container("restarted", "c399", ContainerReady("c399"), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 }),
			Drop(KubeEvent("FailedPostStartHook").In("c199")),
			Drop(Request("/status/503?hook=preStop")),
		},
		"probe.http-200-399": {
			Container("ready with 400", "c400", Phase(corev1.PodRunning), func(cs *corev1.ContainerStatus) { cs.Ready = true }),
			Container("not ready with 399", "c399", ContainerReady("c399"), func(cs *corev1.ContainerStatus) { cs.Ready = false }),
		},
		"http.get-once":               {Again(Request("/default-host?a=b")), Set(Request("/default-host?a=b"), "m", "POST"), Set(Request("/default-host?a=b"), "r", "127.0.0.1")},
		"http.default-host-is-pod-ip": {Set(Request("/default-host?a=b"), "header:host", "127.0.0.1:8080")},
		"http.headers": {
			Set(Request("/headers"), "header:x-hookcheck", "two"),
			Set(Request("/headers"), "header:host", "10.0.0.1:8080"),
		},
		"http.https-self-signed": {Drop(Request("/tls")), failed("tls", "FailedPostStartHook")},
		"tcp.prestop-fails": {
			Drop(KubeEvent("FailedPreStopHook")),
			Copy("a connection", Start(), func(e *Event) { e.Name = "tcp" }),
			Shift(Signal("SIGTERM"), 60*time.Second),
		},
		"sleep.prestop-delays-term": {Shift(Signal("SIGTERM").Of("sleep-four"), -4*time.Second), Shift(Signal("SIGTERM").Of("sleep-four"), 56*time.Second)},
		"sleep.zero-noop":           {Shift(Signal("SIGTERM").Of("sleep-zero"), 60*time.Second), Copy("a failed hook", KubeEvent("Killing").Of("sleep-zero"), func(e *Event) { e.Name = "FailedPreStopHook" })},
	})
}
