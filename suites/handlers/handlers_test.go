package handlers

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	const bounded, equal, gone, starting = "sleep-ends-bounded", "sleep-ends-equal", "sleep-ends-gone", "sleep-ends-starting"
	failed := KubeEvent("FailedPreStopHook")
	Run(t, "handlers", Bad{
		"tcp.prestop-fails": {
			Drop(failed.In("app")),
			Copy("a connection", Start().In("app"), func(e *Event) { e.Name = "tcp" }),
			Shift(Signal("SIGTERM").In("app"), 60*time.Second),
		},
		"http.conn-refused":         {Drop(failed.In("refused")), Again(failed.In("refused")), Shift(Signal("SIGTERM").In("refused"), 60*time.Second)},
		"sleep.prestop-delays-term": {Shift(Signal("SIGTERM").Of("sleep-four"), -4*time.Second), Shift(Signal("SIGTERM").Of("sleep-four"), 56*time.Second)},
		"sleep.zero-noop":           {Shift(Signal("SIGTERM").Of("sleep-zero"), 60*time.Second), Copy("a failed hook", KubeEvent("Killing").Of("sleep-zero"), func(e *Event) { e.Name = "FailedPreStopHook" })},
		// sleep_ends
		"sleep.prestop-bounded": {
			Shift(Signal("SIGTERM").Of(bounded), -60*time.Second), Shift(Signal("SIGTERM").Of(bounded), 117*time.Second),
			Copy("a failed hook", KubeEvent("Started").Of(bounded), func(e *Event) { e.Name = "FailedPreStopHook" }),
		},
		"sleep.equal-to-tgps": {
			Shift(Signal("SIGTERM").Of(equal), -60*time.Second), Shift(LastBeat().Of(equal), 60*time.Second), Shift(LastBeat().Of(equal), -60*time.Second),
		},
		"sleep.ignored-when-container-gone": {
			Copy("a stop signal", Exit().Of(gone).In("app"), func(e *Event) { e.Name, e.Fields = "signal", map[string]string{"name": "SIGTERM"} }),
			Mends(Shift(PodVersion(Phase(corev1.PodSucceeded)).Of(gone), -8*time.Second)),
		},
		"sleep.poststart-then-delete": {
			Drop(Signal("SIGTERM").Of(starting)),
			Mends(Shift(Signal("SIGTERM").Of(starting), -7*time.Second)),
		},
	})
}
