package events

import (
	"testing"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	failed := KubeEvent("Unhealthy")
	Run(t, "events", Bad{
		// flood
		"event.created-started-text": {
			Drop(KubeEvent("Created").In("b")),
			Say(KubeEvent("Started").In("c"), "It lives"),
			Copy("of two families", KubeEvent("Started").In("a"), func(e *Event) { e.EventObject.Message = "Started container a" }),
		},
		"event.aggregation": {
			Copy("an object for each", failed, func(e *Event) { e.EventObject.UID = "another" }),
			counting("never more than one", failed, func(int32) int32 { return 1 }),
			Drop(failed),
		},
		"event.rate-limit": {
			counting("all of them", failed, func(n int32) int32 { return 4 * n }),
			Drop(failed),
		},
	})
}

// counting changes the count of Events.
func counting(name string, p Pattern, count func(int32) int32) Edit {
	return Edit{Name: name, Do: func(h *History) int {
		all := h.All(p)
		for _, e := range all {
			e.EventObject = e.EventObject.DeepCopy()
			e.EventObject.Count = count(e.EventObject.Count)
		}
		return len(all)
	}}
}
