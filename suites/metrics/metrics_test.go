package metrics

import (
	"testing"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	// Counters that read the same before and after.
	still := func(series string) Edit {
		return Set(Note("metrics"), series, "7")
	}
	Run(t, "metrics", Bad{
		"metrics.http-fallback":  {still(fallbacks)},
		"metrics.started-errors": {still(errors + `{code="PostStartHookError",container_type="container"}`)},
		"metrics.sleep-terminated": {Mends(Edit{Name: "it counts", Do: func(h *History) int {
			notes := h.All(Note("metrics"))
			notes[len(notes)-1].Fields[terminated] = "8"
			return len(notes)
		}})},
	})
}
