package history

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

// A Pattern describes events. It is made by one of the functions of this file
// and narrowed by Of, In, Instance and With.
type Pattern struct {
	text      string
	kind      Kind
	name      string
	pod       string
	container string
	instance  int
	fields    map[string]string
	match     func(*Event) bool
}

// Matches tells whether the pattern describes e.
func (p Pattern) Matches(e *Event) bool {
	if e.Kind != p.kind || (p.name != "" && e.Name != p.name) ||
		(p.pod != "" && e.Pod != p.pod) || (p.container != "" && e.Container != p.container) ||
		(p.instance != 0 && e.Instance != p.instance) {
		return false
	}
	for k, v := range p.fields {
		if e.Fields[k] != v {
			return false
		}
	}
	return p.match == nil || p.match(e)
}

// couldBeIn tells whether the part of the record that a defect stands for, or the
// rest of a log that broke off, could hold what the pattern describes.
func (p Pattern) couldBeIn(defect *Event) bool {
	lost := p.kind == KindJournal || p.kind == KindState
	if defect.Kind == KindLog {
		lost = p.kind == KindLog
	}
	return lost &&
		(p.pod == "" || p.pod == defect.Pod) && (p.container == "" || p.container == defect.Container) &&
		(p.instance == 0 || defect.Instance == 0 || p.instance == defect.Instance)
}

// isLogged tells whether the events are entries that PID 1 writes to its log
// too; hooks and probes have only the journal.
func (p Pattern) isLogged() bool {
	return p.kind == KindJournal && p.name != "" && p.name != LastBeat().name && !strings.HasPrefix(p.name, "hook") && p.name != "probe"
}

// String says what the pattern describes, for messages.
func (p Pattern) String() string {
	var where []string
	switch {
	case p.pod != "" && p.container != "":
		where = append(where, "in "+p.pod+"/"+p.container)
	case p.pod != "":
		where = append(where, "in "+p.pod)
	case p.container != "":
		where = append(where, "in "+p.container)
	}
	if p.instance != 0 {
		where = append(where, "(instance "+strconv.Itoa(p.instance)+")")
	}
	return strings.Join(append([]string{p.text}, where...), " ")
}

// Of narrows the pattern to a pod.
func (p Pattern) Of(pod string) Pattern { p.pod = pod; return p }

// In narrows the pattern to a container.
func (p Pattern) In(container string) Pattern { p.container = container; return p }

// Instance narrows the pattern to the n-th run of its container, from 1.
func (p Pattern) Instance(n int) Pattern { p.instance = n; return p }

// With narrows the pattern to events whose field has that value.
func (p Pattern) With(field, value string) Pattern {
	fields := map[string]string{field: value}
	for k, v := range p.fields {
		fields[k] = v
	}
	p.fields = fields
	p.text += fmt.Sprintf(" with %s=%s", field, value)
	return p
}

// AtLeast narrows the pattern to events whose field is a whole number not below
// n.
func (p Pattern) AtLeast(field string, n int) Pattern {
	before := p.match
	p.match = func(e *Event) bool {
		got, err := strconv.Atoi(e.Fields[field])
		return err == nil && got >= n && (before == nil || before(e))
	}
	p.text += fmt.Sprintf(" with %s ≥ %d", field, n)
	return p
}

// Saying narrows the pattern to events whose field matches a regular expression
// (dot matches newlines).
func (p Pattern) Saying(field, expression string) Pattern {
	re, before := regexp.MustCompile("(?s)"+expression), p.match
	p.match = func(e *Event) bool { return re.MatchString(e.Fields[field]) && (before == nil || before(e)) }
	p.text += fmt.Sprintf(" with %s like %q", field, expression)
	return p
}

// The hooks, as the fixture's processes name them in the journal.
const (
	PostStart = "postStart"
	PreStop   = "preStop"
)

// HookBegin is the first act of an exec hook's process.
func HookBegin(hook string) Pattern {
	return Pattern{text: "begin of the " + hook + " hook", kind: KindJournal, name: "hook-begin", fields: map[string]string{"name": hook}}
}

// HookEnd is the last act of an exec hook's process that was not killed.
func HookEnd(hook string) Pattern {
	return Pattern{text: "end of the " + hook + " hook", kind: KindJournal, name: "hook-end", fields: map[string]string{"name": hook}}
}

// Start is the start of PID 1 of a container: its signal handlers are in place.
func Start() Pattern {
	return Pattern{text: "start of the entrypoint", kind: KindJournal, name: "start"}
}

// Signal is the arrival of a signal at PID 1; name is SIGTERM, ….
func Signal(name string) Pattern {
	return Pattern{text: "arrival of " + name, kind: KindJournal, name: "signal", fields: map[string]string{"name": name},
		match: func(e *Event) bool { return e.Fields["hook"] == "" && e.Fields["probe"] == "" }}
}

// HookSignal is the arrival of a signal at a hook's process.
func HookSignal(name string) Pattern {
	return Pattern{text: "arrival of " + name + " at a hook", kind: KindJournal, name: "signal", fields: map[string]string{"name": name},
		match: func(e *Event) bool { return e.Fields["hook"] != "" }}
}

// Exit is PID 1 ending by itself, as its last act.
func Exit() Pattern {
	return Pattern{text: "exit of the entrypoint", kind: KindJournal, name: "exit"}
}

// LastBeat is the last heartbeat of PID 1: its death to within the period.
func LastBeat() Pattern {
	return Pattern{text: "last heartbeat", kind: KindJournal, name: "beat"}
}

// Entry is a journal entry of that kind.
func Entry(kind string) Pattern {
	return Pattern{text: "journal entry " + kind, kind: KindJournal, name: kind}
}

// Request is an HTTP request that the fixture's server received, by path and
// query.
func Request(path string) Pattern {
	return Pattern{text: "request for " + path, kind: KindJournal, name: "http", fields: map[string]string{"p": path}}
}

// Running is a container being reported running, at its startedAt.
func Running() Pattern {
	return Pattern{text: "state running", kind: KindState, name: "running"}
}

// Terminated is a container being reported terminated, at its finishedAt.
func Terminated() Pattern {
	return Pattern{text: "state terminated", kind: KindState, name: "terminated"}
}

// Waiting is a container being reported waiting for that reason, at the arrival
// of the first version that says so. reason is a regular expression.
func Waiting(reason string) Pattern {
	re := regexp.MustCompile("^(?:" + reason + ")$")
	return Pattern{text: "state waiting: " + reason, kind: KindState, name: "waiting",
		match: func(e *Event) bool { return re.MatchString(e.Fields["reason"]) }}
}

// KubeEvent is a core/v1 Event of that reason.
func KubeEvent(reason string) Pattern {
	return Pattern{text: "Event " + reason, kind: KindEvent, name: reason}
}

// KubeWarning is a core/v1 Event of that reason and of type Warning.
func KubeWarning(reason string) Pattern {
	return Pattern{text: "Event Warning " + reason, kind: KindEvent, name: reason,
		match: func(e *Event) bool { return e.EventObject.Type == corev1.EventTypeWarning }}
}

// KubeEventSaying is a core/v1 Event of that reason whose message matches a
// regular expression (dot matches newlines: hooks' outputs contain them).
func KubeEventSaying(reason, message string) Pattern {
	re := regexp.MustCompile("(?s)" + message)
	return Pattern{text: fmt.Sprintf("Event %s saying %q", reason, message), kind: KindEvent, name: reason,
		match: func(e *Event) bool { return re.MatchString(e.EventObject.Message) }}
}

// AnyKubeEvent is any core/v1 Event that satisfies the predicate.
func AnyKubeEvent(what string, is func(*corev1.Event) bool) Pattern {
	return Pattern{text: what, kind: KindEvent, match: func(e *Event) bool { return is(e.EventObject) }}
}

// PodVersion is a version of a pod of which the condition is true, at its
// arrival.
func PodVersion(c Condition) Pattern {
	return Pattern{text: "a version with " + c.What, kind: KindPod,
		match: func(e *Event) bool { return e.Name != "DELETED" && c.Is(e.PodObject) }}
}

// Removed is the removal of a pod object.
func Removed() Pattern {
	return Pattern{text: "removal of the pod object", kind: KindPod, name: "DELETED"}
}

// DeletionTimestamp is the deletionTimestamp that a pod got first: the time by
// which the API server expects it to be gone, in whole seconds of its clock.
func DeletionTimestamp() Pattern {
	return Pattern{text: "deletionTimestamp", kind: KindState, name: "deletion"}
}

// Endpoint is a version of an EndpointSlice that satisfies the predicate for
// one of its endpoints, at its arrival.
func Endpoint(what string, is func(discoveryv1.Endpoint) bool) Pattern {
	return Pattern{text: what, kind: KindSlice, match: func(e *Event) bool {
		if e.Name == "DELETED" {
			return false
		}
		for _, endpoint := range e.SliceObject.Endpoints {
			if is(endpoint) {
				return true
			}
		}
		return false
	}}
}

// StepBegin is the begin of a step of the runner.
func StepBegin(name string) Pattern {
	return Pattern{text: "step " + name, kind: KindStep, name: name, fields: map[string]string{"phase": "begin"}}
}

// StepEnd is the end of a step of the runner.
func StepEnd(name string) Pattern {
	return Pattern{text: "end of step " + name, kind: KindStep, name: name, fields: map[string]string{"phase": "end"}}
}

// Note is an answer that a step wrote down.
func Note(name string) Pattern { return Pattern{text: "note " + name, kind: KindNote, name: name} }

// Log is a container's log.
func Log() Pattern { return Pattern{text: "log", kind: KindLog} }

// LogBrokeOff begins the last line of a log that did not come to its end.
const LogBrokeOff = "hookcheck: the log broke off: "

// BrokenLog is a container's log that did not come to its end: it shows what
// happened only until then.
func BrokenLog() Pattern {
	return Pattern{text: "log that broke off", kind: KindLog, match: func(e *Event) bool {
		return strings.Contains(e.Fields["text"], "\n"+LogBrokeOff)
	}}
}
