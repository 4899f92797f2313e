package history

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Timeline returns the events as lines, in the order of their positions on the
// runner's clock, counted in seconds from the start of the history. Lines of
// the events in marked begin with an arrow.
func (h *History) Timeline(events []*Event, marked ...*Event) string {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b *Event) int { return h.position(a).Compare(h.position(b)) })
	var b strings.Builder
	for _, e := range events {
		arrow := "  "
		if slices.Contains(marked, e) {
			arrow = "> "
		}
		b.WriteString(arrow + h.line(e) + "\n")
	}
	return b.String()
}

// Window returns the timeline around the given events: everything that
// concerns their pods from margin before the first to margin after the last,
// at most limit lines. Without events it returns the whole timeline, shortened
// in the middle.
func (h *History) Window(margin time.Duration, limit int, around ...*Event) string {
	var low, high time.Time
	pods := map[string]bool{}
	for _, e := range around {
		at := h.position(e)
		if low.IsZero() || at.Before(low) {
			low = at
		}
		if at.After(high) {
			high = at
		}
		pods[e.Pod] = true
	}
	var shown []*Event
	for i := range h.Events {
		e := &h.Events[i]
		if e.Kind == KindLog && !slices.Contains(around, e) {
			continue
		}
		at := h.position(e)
		if len(around) > 0 && (at.Before(low.Add(-margin)) || at.After(high.Add(margin)) || (e.Pod != "" && !pods[e.Pod] && !pods[""])) {
			continue
		}
		shown = append(shown, e)
	}
	slices.SortStableFunc(shown, func(a, b *Event) int { return h.position(a).Compare(h.position(b)) })
	if len(shown) > limit {
		cut := len(shown) - limit
		head, tail := shown[:limit/2], shown[limit/2+cut:]
		return h.Timeline(head, around...) + fmt.Sprintf("  … %d lines …\n", cut) + h.Timeline(tail, around...)
	}
	return h.Timeline(shown, around...)
}

// line is one event as text: seconds, clock, place, what.
func (h *History) line(e *Event) string {
	place := e.Pod
	if e.Container != "" {
		place += "/" + e.Container
	}
	if e.Instance > 1 {
		place += fmt.Sprintf("#%d", e.Instance)
	}
	if place == "" {
		place = "-"
	}
	clock := e.Time.Clock
	if clock == "" {
		clock = RunnerClock
	}
	precision := ""
	if e.Time.Width >= time.Second {
		precision = "~"
	}
	return fmt.Sprintf("%s%8.3fs %-9s %-28s %s", "+", h.position(e).Sub(h.Header.Started).Seconds(), string(clock)+precision, place, describe(e))
}

// describe says what an event is, in a few words.
func describe(e *Event) string {
	switch e.Kind {
	case KindPod:
		return "pod " + e.Name + " " + podSummary(e.PodObject)
	case KindEvent:
		text := fmt.Sprintf("Event %s %s: %s", e.EventObject.Type, e.Name, oneLine(e.EventObject.Message, 120))
		if e.EventObject.Count > 1 {
			text += fmt.Sprintf(" (x%d)", e.EventObject.Count)
		}
		return text
	case KindSlice:
		var conditions []string
		for _, ep := range e.SliceObject.Endpoints {
			conditions = append(conditions, fmt.Sprintf("%s ready=%s serving=%s terminating=%s", strings.Join(ep.Addresses, ","),
				tri(ep.Conditions.Ready), tri(ep.Conditions.Serving), tri(ep.Conditions.Terminating)))
		}
		return "endpoints " + e.Name + " [" + strings.Join(conditions, "; ") + "]"
	case KindLog:
		return "log"
	case KindWritten:
		return "written " + e.Name + " " + e.PodObject.Name
	}
	words := []string{string(e.Kind), e.Name}
	for _, k := range slices.Sorted(maps.Keys(e.Fields)) {
		if k != "pid" || e.Kind != KindJournal {
			words = append(words, k+"="+oneLine(e.Fields[k], 120))
		}
	}
	return strings.Join(words, " ")
}

func podSummary(p *corev1.Pod) string {
	words := []string{"phase=" + string(p.Status.Phase)}
	if p.DeletionTimestamp != nil {
		grace := "?"
		if p.DeletionGracePeriodSeconds != nil {
			grace = fmt.Sprint(*p.DeletionGracePeriodSeconds)
		}
		words = append(words, "deleting grace="+grace+"s")
	}
	for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, cs := range list {
			state := "waiting"
			switch {
			case cs.State.Running != nil:
				state = "running"
			case cs.State.Terminated != nil:
				state = fmt.Sprintf("terminated(%d)", cs.State.Terminated.ExitCode)
			case cs.State.Waiting != nil:
				state = "waiting(" + cs.State.Waiting.Reason + ")"
			}
			words = append(words, fmt.Sprintf("%s=%s ready=%t restarts=%d", cs.Name, state, cs.Ready, cs.RestartCount))
		}
	}
	return strings.Join(words, " ")
}

func tri(b *bool) string {
	if b == nil {
		return "nil"
	}
	return fmt.Sprint(*b)
}

// oneLine shortens text to n characters without control characters.
func oneLine(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
