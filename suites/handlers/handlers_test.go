package handlers

import (
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	const bounded, equal, starting = "sleep-ends-bounded", "sleep-ends-equal", "sleep-ends-starting"
	Run(t, "handlers", Bad{
		"sleep.prestop-delays-term": {Shift(Signal("SIGTERM").In("four"), -4*time.Second), Shift(Signal("SIGTERM").In("four"), 56*time.Second)},
		"sleep.zero-noop":           {Shift(Signal("SIGTERM").In("zero"), 60*time.Second), Copy("a failed hook", KubeEvent("Killing").In("zero"), func(e *Event) { e.Name = "FailedPreStopHook" })},
		// sleep_ends
		"sleep.prestop-bounded": {
			Shift(Signal("SIGTERM").Of(bounded), -60*time.Second), Shift(Signal("SIGTERM").Of(bounded), 117*time.Second),
			Copy("a failed hook", KubeEvent("Started").Of(bounded), func(e *Event) { e.Name = "FailedPreStopHook" }),
		},
		"sleep.equal-to-tgps": {
			Shift(Signal("SIGTERM").Of(equal), -60*time.Second), Shift(LastBeat().Of(equal), 60*time.Second), Shift(LastBeat().Of(equal), -60*time.Second),
		},
		"sleep.poststart-then-delete": {
			Drop(Signal("SIGTERM").Of(starting)),
			Mends(Shift(Signal("SIGTERM").Of(starting), -7*time.Second)),
		},
	})
}
