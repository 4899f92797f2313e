package delivery

import (
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	failed := KubeEvent("FailedPreStopHook")
	Run(t, "delivery", Bad{
		// stops
		"delivery.prestop.at-least-once": {
			Drop(Request("/status/200?stop")),
			Drop(HookEnd(PreStop).In("b")),
			Shift(HookEnd(PreStop).In("c"), time.Minute),
			Drop(Signal("SIGTERM").In("a")),
		},
		"delivery.http-not-resent": {Again(Entry("tcp")), Drop(Entry("tcp"))},
		"event.source": {
			Drop(failed),
			Copy("of another component", failed, func(e *Event) { e.EventObject.Source.Component = "controller" }),
			Copy("of another node", failed, func(e *Event) { e.EventObject.Source.Host = "elsewhere" }),
			Copy("without a reporting component", failed, func(e *Event) { e.EventObject.ReportingController = "" }),
		},
	})
}
