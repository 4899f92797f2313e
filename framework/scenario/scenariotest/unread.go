package scenariotest

import (
	"slices"

	"github.com/hookcheck/hookcheck/framework/history"
)

// Unread takes the journal of a container away, says in the record that it could
// not be read, and makes another edit: what a kubelet did wrong often costs the
// journal that would show it, and must be seen all the same.
func Unread(pod, container string, edit Edit) Edit {
	return Edit{Name: edit.Name + ", and no journal of " + container, Do: func(h *history.History) int {
		h.Events = slices.DeleteFunc(h.Events, func(e history.Event) bool {
			return e.Kind == history.KindJournal && e.Pod == pod && e.Container == container
		})
		last := h.Events[len(h.Events)-1]
		h.Events = append(h.Events, history.Event{Seq: last.Seq, Kind: history.KindDefect, Name: "journal", Pod: pod, Container: container,
			Instance: 1, Arrived: last.Arrived, Time: history.Stamp{Clock: history.RunnerClock, At: last.Arrived},
			Fields: map[string]string{"reason": "foreign"}})
		return edit.Do(h)
	}}
}
