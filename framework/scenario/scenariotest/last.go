package scenariotest

import (
	"slices"

	"github.com/hookcheck/hookcheck/framework/history"
)

// DropLast removes the last of the events.
func DropLast(p history.Pattern) Edit {
	return Edit{Name: "without the last " + p.String(), Do: func(h *history.History) int {
		for i := len(h.Events) - 1; i >= 0; i-- {
			if p.Matches(&h.Events[i]) {
				h.Events = slices.Delete(h.Events, i, i+1)
				return 1
			}
		}
		return 0
	}}
}
