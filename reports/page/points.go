package page

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hookcheck/hookcheck/framework/history"
)

// point draws what happened at one time.
func (d *drawer) point(e *history.Event) {
	from, to := d.interval(e)
	switch e.Kind {
	case history.KindEvent:
		class := classEvent
		if e.EventObject.Type == "Warning" {
			class = classBad
		}
		where := d.lane(laneRecord)
		if d.lanes[e.Pod+" / "+laneEvents] != nil {
			where = d.lane(e.Pod, laneEvents)
		}
		where.add(from, to, class, strings.TrimSpace(e.Container+" "+strings.TrimPrefix(e.Text(), "Event Normal ")))
	case history.KindNote:
		d.lane(laneAnswers).add(from, to, classStep, e.Text())
	case history.KindGap:
		d.lane(laneRecord).add(from, to, classBad, e.Text())
	case history.KindDefect:
		d.lane(laneRecord).add(from, to, classBad, strings.TrimSpace(e.Pod+" "+e.Container)+" "+e.Text())
	case history.KindState:
		if e.Name == "deletion" {
			d.deadline(e, from, to)
		}
	case history.KindJournal:
		d.entry(e, from, to)
	}
}

// deadline draws the deletionTimestamp, which is the time of the request and the
// grace period: mostly after the end of the picture.
func (d *drawer) deadline(e *history.Event, from, to float64) {
	text := "deletionTimestamp, the end of the grace period"
	if from > d.high {
		text += fmt.Sprintf(": at %+.0f s, beyond this picture", from)
		from, to = d.high, d.high
	}
	d.lane(e.Pod, laneDeletion).add(from, min(to, d.high), classSignal, text)
}

// entry draws an entry of a journal, but for hooks, which last.
func (d *drawer) entry(e *history.Event, from, to float64) {
	what, class := laneOther, classJournal
	switch {
	case e.Name == "hook-begin" || e.Name == "hook-end":
		return
	case e.Name == "signal":
		what, class = laneSignal, classSignal
	case e.Name == "http" || e.Name == "probe" || strings.HasPrefix(e.Name, "poll"):
		what, class = laneProbes, classProbe
	case e.Name == "start" || e.Name == "exit" || e.Name == "beat":
		what = laneState
	}
	if what == laneProbes && e.Fields["ok"] == "false" {
		class += " " + classBad
	}
	text := strings.TrimPrefix(e.Text(), string(history.KindJournal)+" ") + instance(e)
	if e.Name == "beat" {
		text = "last heartbeat" + instance(e)
	}
	d.lane(e.Pod, e.Container, what).add(from, to, class, text)
}

// endpoints draws the conditions of every endpoint, one lane each.
func (d *drawer) endpoints() {
	state := newStretches(d)
	current := map[string][]*lane{} // slice -> lanes of its endpoints
	for i := range d.h.Events {
		e := &d.h.Events[i]
		if e.Kind != history.KindSlice {
			continue
		}
		at, _ := d.interval(e)
		seen := map[*lane]bool{}
		slice := e.SliceObject.Name
		for _, ep := range e.SliceObject.Endpoints {
			whose := strings.Join(ep.Addresses, ",")
			if ep.TargetRef != nil {
				whose = cmp.Or(ep.TargetRef.Name, whose)
			}
			for _, c := range []struct {
				name string
				is   *bool
			}{{"ready", ep.Conditions.Ready}, {"serving", ep.Conditions.Serving}, {"terminating", ep.Conditions.Terminating}} {
				text := ""
				if c.is != nil && *c.is {
					text = c.name
				}
				class := classReady
				if c.name == "terminating" {
					class = classDelete
				}
				l := d.lane(laneEndpoints, whose, c.name)
				seen[l] = true
				current[slice] = append(current[slice], l)
				state.set(l, at, text, class, e.Name == "DELETED")
			}
		}
		for _, l := range current[slice] {
			if !seen[l] { // no longer in the slice
				state.set(l, at, "", "", true)
			}
		}
	}
	state.finish()
}

// stretches draw values that last until they change.
type stretches struct {
	d    *drawer
	open map[*lane]mark
	keys []*lane // in the order of their first value
}

func newStretches(d *drawer) *stretches { return &stretches{d: d, open: map[*lane]mark{}} }

// set says which value a lane has from then on; "" and gone are none.
func (s *stretches) set(l *lane, at float64, value, class string, gone bool) {
	if gone {
		value = ""
	}
	last, lasts := s.open[l]
	if lasts && last.text == value {
		return
	}
	if lasts {
		last.to = at
		l.marks = append(l.marks, last)
		delete(s.open, l)
	}
	if value != "" {
		s.open[l] = mark{from: at, class: class, text: value}
		s.keys = append(s.keys, l)
	}
}

// finish ends what lasts at the end of the picture.
func (s *stretches) finish() {
	for _, l := range s.keys {
		if m, lasts := s.open[l]; lasts {
			m.to = s.d.high
			l.marks = append(l.marks, m)
			delete(s.open, l)
		}
	}
}
