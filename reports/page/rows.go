package page

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/history"
)

// rows are the events of a history as rows of a table: the middle of what is known
// of the time, how far from it the truth may lie, the clock, whom it is about, and
// what it is. Logs are left out, and versions of a pod that say nothing new.
func rows(h *history.History) (html template.HTML, count int) {
	d := &drawer{h: h}
	var events []*history.Event
	last := map[string]string{} // pod -> its latest version in words
	for i := range h.Events {
		e := &h.Events[i]
		switch e.Kind {
		case history.KindLog, history.KindWritten:
			continue
		case history.KindPod:
			if text := e.Text(); last[e.Pod] != text {
				last[e.Pod] = text
			} else {
				continue
			}
		}
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b *history.Event) int {
		x, _ := d.middle(a)
		y, _ := d.middle(b)
		return cmp.Compare(x, y)
	})
	var b strings.Builder
	for _, e := range events {
		at, wide := d.middle(e)
		spread := ""
		if wide >= 0.0005 {
			spread = fmt.Sprintf("%.3f", wide)
		}
		where := e.Pod
		if e.Container != "" {
			where += "/" + e.Container
		}
		// End tags of rows and cells may be left out: they are a fifth of the page.
		fmt.Fprintf(&b, "<tr><td>%.3f<td>%s<td>%s<td>%s<td>%s\n", at, spread, escape(string(cmp.Or(e.Time.Clock, history.RunnerClock))),
			escape(where+instance(e)), escape(shorten(e.Text(), rowLimit)))
	}
	return template.HTML(b.String()), len(events) // every text in it went through escape
}

// rowLimit caps what a row says, in runes: versions of a pod with many containers
// are longer, and the history has the whole.
const rowLimit = 300
