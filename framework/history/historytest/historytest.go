// Package historytest makes histories by hand, for the tests of whatever reads
// or judges them: a good history and a bad one for each check.
//
//	b := historytest.New("prestop/example")
//	b.Step(0, "delete", "p")
//	b.Pod(5*time.Second, historytest.Pod("p", historytest.Terminated("app", 0, 0, 4*time.Second,
//		historytest.Entry(time.Second, "hook-begin", "name", "preStop"),
//		historytest.Entry(4*time.Second, "signal", "name", "SIGTERM"))))
//	h := b.Done()
//
// Every time is given as a duration since [Start]. The three clocks agree to
// within [ClockError].
package historytest

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/journal"
)

// Start is when every history of this package begins.
var Start = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

// ClockError is how far the clocks of node and API server may stand from the
// runner's, in either direction.
const ClockError = 5 * time.Millisecond

// At returns the instant so long after Start.
func At(after time.Duration) time.Time { return Start.Add(after) }

// A Builder makes a history event by event, in the order of their arrival.
type Builder struct {
	// History is what there is so far. Tests may change its header.
	History *history.History
	last    time.Duration
}

// New begins the history of a scenario.
func New(scenario string) *Builder {
	within := history.Offset{Low: -ClockError, High: ClockError}
	return &Builder{History: history.New(history.Header{Scenario: scenario, Run: "test", Started: Start,
		Offsets: map[history.Clock]history.Offset{history.NodeClock: within, history.APIServerClock: within}})}
}

// Append adds a raw event that arrived so long after Start. Where it has no
// time of its own it gets that of its arrival.
func (b *Builder) Append(after time.Duration, e history.Event) *Builder {
	e.Arrived = At(after)
	if e.Time.Clock == "" {
		e.Time = history.Stamp{Clock: history.RunnerClock, At: e.Arrived}
	}
	b.History.Append(e)
	b.last = max(b.last, after)
	return b
}

// Step adds a step that begins and ends at once, of a pod or (empty) of none.
func (b *Builder) Step(after time.Duration, name, pod string) *Builder {
	for _, phase := range []string{"begin", "end"} {
		b.Append(after, history.Event{Kind: history.KindStep, Name: name, Pod: pod, Fields: map[string]string{"phase": phase}})
	}
	return b
}

// Pod adds a version of a pod.
func (b *Builder) Pod(after time.Duration, pod *corev1.Pod) *Builder {
	return b.Append(after, history.NewPodEvent("MODIFIED", pod, At(after)))
}

// Removed adds the removal of a pod.
func (b *Builder) Removed(after time.Duration, pod *corev1.Pod) *Builder {
	return b.Append(after, history.NewPodEvent("DELETED", pod, At(after)))
}

// Written adds a pod as the runner wrote it, in an object of that kind.
func (b *Builder) Written(after time.Duration, kind string, pod *corev1.Pod) *Builder {
	return b.Append(after, history.NewWrittenEvent(kind, pod, nil, At(after)))
}

// KubeEvent adds an Event that the kubelet reported about a container, or
// (empty) about the pod.
func (b *Builder) KubeEvent(after time.Duration, pod, container, reason, message string) *Builder {
	e := &corev1.Event{Reason: reason, Message: message, Type: corev1.EventTypeNormal, Count: 1,
		Source:         corev1.EventSource{Component: "kubelet"},
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: pod, UID: Pod(pod).UID},
		LastTimestamp:  metav1.NewTime(At(after).Truncate(time.Second))}
	if container != "" {
		e.InvolvedObject.FieldPath = "spec.containers{" + container + "}"
	}
	return b.Append(after, history.NewKubeEvent(e, At(after)))
}

// Slice adds a version of an EndpointSlice.
func (b *Builder) Slice(after time.Duration, endpoints ...discoveryv1.Endpoint) *Builder {
	s := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: "slice"}, Endpoints: endpoints}
	return b.Append(after, history.NewSliceEvent("MODIFIED", s, At(after)))
}

// Log adds a container's log, made of lines that end in a newline.
func (b *Builder) Log(after time.Duration, pod, container string, lines ...string) *Builder {
	return b.Append(after, history.Event{Kind: history.KindLog, Name: "log", Pod: pod, Container: container,
		Fields: map[string]string{"text": concat(lines)}})
}

// Gap adds a gap in the watch of pods.
func (b *Builder) Gap(after time.Duration) *Builder {
	return b.Append(after, history.Event{Kind: history.KindGap, Name: "pods", Fields: map[string]string{"why": "too old resource version"}})
}

// Done ends the recording one second after the last event.
func (b *Builder) Done() *history.History { return b.Failed("") }

// Failed ends the recording of a scenario that could not be carried through.
func (b *Builder) Failed(why string) *history.History {
	b.History.Close(At(b.last+time.Second), why)
	return b.History
}

// Entry is a line of a journal that PID 1 wrote so long after Start. fields are
// keys and values in turn.
func Entry(after time.Duration, kind string, fields ...string) string {
	e := journal.Entry{Time: At(after), PID: 1, Kind: kind}
	for i := 0; i+1 < len(fields); i += 2 {
		e.Fields = append(e.Fields, journal.Field{Key: fields[i], Value: fields[i+1]})
	}
	line, err := e.Encode()
	if err != nil {
		panic(fmt.Sprintf("a test asks for an entry that cannot be written: %v", err))
	}
	return line
}

func concat(lines []string) (text string) {
	for _, line := range lines {
		text += line
	}
	return text
}
