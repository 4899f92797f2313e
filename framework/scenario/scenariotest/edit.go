package scenariotest

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/hookcheck/hookcheck/framework/history"
)

// An Edit changes a history; Do returns how many events it changed.
type Edit struct {
	Name string
	Do   func(h *history.History) int

	mends bool
}

// Drop removes the events.
func Drop(p history.Pattern) Edit {
	return Edit{Name: "without " + p.String(), Do: func(h *history.History) int {
		before := len(h.Events)
		h.Events = slices.DeleteFunc(h.Events, func(e history.Event) bool { return p.Matches(&e) })
		return before - len(h.Events)
	}}
}

// Shift moves the events in time.
func Shift(p history.Pattern, by time.Duration) Edit {
	return each("shifted by "+by.String()+" "+p.String(), p, func(e *history.Event) {
		e.Time.At, e.Arrived = e.Time.At.Add(by), e.Arrived.Add(by)
	})
}

// Set changes a field of the events.
func Set(p history.Pattern, field, value string) Edit {
	return each(p.String()+" saying "+field+"="+value, p, func(e *history.Event) {
		fields := map[string]string{}
		for k, v := range e.Fields {
			fields[k] = v
		}
		fields[field] = value
		e.Fields = fields
	})
}

// Say changes the message of core/v1 Events.
func Say(p history.Pattern, message string) Edit {
	return each(p.String()+" saying "+message, p, func(e *history.Event) {
		object := e.EventObject.DeepCopy()
		object.Message = message
		e.EventObject = object
	})
}

// Typed changes the type of core/v1 Events.
func Typed(p history.Pattern, of string) Edit {
	return each(p.String()+" of type "+of, p, func(e *history.Event) {
		object := e.EventObject.DeepCopy()
		object.Type = of
		e.EventObject = object
	})
}

// Again adds a copy of the first of the events at the end.
func Again(p history.Pattern) Edit {
	return Edit{Name: "once more " + p.String(), Do: func(h *history.History) int {
		first := h.First(p)
		if first == nil {
			return 0
		}
		h.Events = append(h.Events, *first)
		return 1
	}}
}

// Copy adds a copy of the first of the events, changed.
func Copy(name string, p history.Pattern, change func(*history.Event)) Edit {
	return Edit{Name: name, Do: func(h *history.History) int {
		first := h.First(p)
		if first == nil {
			return 0
		}
		e := *first
		if e.EventObject != nil {
			e.EventObject = e.EventObject.DeepCopy()
		}
		change(&e)
		h.Events = append(h.Events, e)
		return 1
	}}
}

// Pods changes the versions of pods of which the condition is true.
func Pods(name string, c history.Condition, change func(*corev1.Pod)) Edit {
	return each(name, history.PodVersion(c), func(e *history.Event) {
		pod := e.PodObject.DeepCopy()
		change(pod)
		e.PodObject = pod
	})
}

// Container is Pods for the status of one container.
func Container(name, container string, c history.Condition, change func(*corev1.ContainerStatus)) Edit {
	return Pods(name, c, func(p *corev1.Pod) {
		for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
			for i := range list {
				if list[i].Name == container {
					change(&list[i])
				}
			}
		}
	})
}

func each(name string, p history.Pattern, change func(*history.Event)) Edit {
	return Edit{Name: name, Do: func(h *history.History) int {
		changed := 0
		for i := range h.Events {
			if p.Matches(&h.Events[i]) {
				change(&h.Events[i])
				changed++
			}
		}
		return changed
	}}
}
