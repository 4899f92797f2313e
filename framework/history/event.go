package history

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

// Clock names the clock in which a time was read.
type Clock string

// The clocks. The kubelet's whole-second fields are read from the node's clock,
// as the journal's microseconds are.
const (
	NodeClock      Clock = "node"
	APIServerClock Clock = "apiserver"
	RunnerClock    Clock = "runner"
)

// A Stamp is a time in one clock. The true instant lies in [At, At+Width).
type Stamp struct {
	Clock Clock         `json:"clock,omitempty"`
	At    time.Time     `json:"at,omitzero"`
	Width time.Duration `json:"width,omitempty"`
}

// wholeSecond is the resolution of metav1.Time.
const wholeSecond = time.Second

// Kind tells what an event is.
type Kind string

// The kinds. Raw events are stored; derived ones are made from them.
const (
	KindStep  Kind = "step"  // raw: the runner did something; Name is what
	KindPod   Kind = "pod"   // raw: a version of a pod; Name is ADDED, MODIFIED or DELETED
	KindEvent Kind = "event" // raw: a core/v1 Event; Name is its reason
	KindSlice Kind = "slice" // raw: a version of an EndpointSlice
	KindLog   Kind = "log"   // raw: a container's log, whole
	KindGap   Kind = "gap"   // raw: a watch lost revisions
	KindNote  Kind = "note"  // raw: the answer to a step (an exec's output, an HTTP code)

	KindWritten Kind = "written" // raw: a pod as the runner wrote it; Name is the kind of the object that it was sent in

	KindState   Kind = "state"   // derived: a container state; Name is waiting, running or terminated
	KindJournal Kind = "journal" // derived: an entry of a journal; Name is its kind
	KindDefect  Kind = "defect"  // derived: a part of a journal that cannot be read
)

// JournalFile is the name of an event of KindLog that is no log but a journal,
// whole, as it was read from the node.
const JournalFile = "journal"

// An Event is one thing that happened.
type Event struct {
	// Seq is the position in the record; derived events carry the Seq of the
	// raw event they were made from.
	Seq  int    `json:"seq"`
	Kind Kind   `json:"kind"`
	Name string `json:"name,omitempty"`
	// Pod, Container and Instance say whom it is about. Instance counts the
	// runs of a container from 1.
	Pod       string `json:"pod,omitempty"`
	Container string `json:"container,omitempty"`
	Instance  int    `json:"instance,omitempty"`
	// Time is when it happened, Arrived when the runner learned of it (the
	// runner's clock).
	Time    Stamp     `json:"time,omitzero"`
	Arrived time.Time `json:"arrived,omitzero"`
	// Fields are its details.
	Fields map[string]string `json:"fields,omitempty"`

	// One of these is set for pod, written, event and slice. A pod's spec is kept
	// in its first version only, managed fields in none.
	PodObject   *corev1.Pod                `json:"podObject,omitempty"`
	EventObject *corev1.Event              `json:"eventObject,omitempty"`
	SliceObject *discoveryv1.EndpointSlice `json:"sliceObject,omitempty"`
	// AnswerObject is set for a written pod that the API server was only asked
	// about: what it would store.
	AnswerObject *corev1.Pod `json:"answerObject,omitempty"`
}

// Derived tells whether the event was made from a raw one.
func (e *Event) Derived() bool {
	return e.Kind == KindState || e.Kind == KindJournal || e.Kind == KindDefect
}

// NewPodEvent makes the raw event of a pod version. The pod is trimmed in
// place: managed fields and the last-applied annotation go.
func NewPodEvent(watchType string, pod *corev1.Pod, arrived time.Time) Event {
	pod.ManagedFields = nil
	delete(pod.Annotations, corev1.LastAppliedConfigAnnotation)
	return Event{Kind: KindPod, Name: watchType, Pod: pod.Name, Arrived: arrived,
		Time: Stamp{Clock: RunnerClock, At: arrived}, PodObject: pod}
}

// NewKubeEvent makes the raw event of a core/v1 Event. Its time is the
// kubelet's, whole seconds of the node's clock, where the kubelet reported it
// (client-go tools/record sets FirstTimestamp and LastTimestamp from
// metav1.Now), else the arrival.
func NewKubeEvent(e *corev1.Event, arrived time.Time) Event {
	e.ManagedFields = nil
	event := Event{Kind: KindEvent, Name: e.Reason, Pod: e.InvolvedObject.Name,
		Container: containerOf(e.InvolvedObject.FieldPath), Arrived: arrived,
		Time: Stamp{Clock: RunnerClock, At: arrived}, EventObject: e}
	if e.Source.Component == "kubelet" && !e.LastTimestamp.IsZero() {
		event.Time = Stamp{Clock: NodeClock, At: e.LastTimestamp.Time, Width: wholeSecond}
	}
	return event
}

// NewSliceEvent makes the raw event of an EndpointSlice version.
func NewSliceEvent(watchType string, s *discoveryv1.EndpointSlice, arrived time.Time) Event {
	s.ManagedFields = nil
	return Event{Kind: KindSlice, Name: watchType, Arrived: arrived,
		Time: Stamp{Clock: RunnerClock, At: arrived}, SliceObject: s}
}
