package history

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Version is the version of the file format, in the header of each file.
const Version = "hookcheck.dev/history/v1"

// An Offset bounds how far a clock is ahead of the runner's: it lies in
// [Low, High].
type Offset struct {
	Low  time.Duration `json:"low"`
	High time.Duration `json:"high"`
}

// Header says what a history is of.
type Header struct {
	APIVersion string    `json:"apiVersion"`
	Scenario   string    `json:"scenario"`
	Run        string    `json:"run,omitempty"`
	Started    time.Time `json:"started"` // the runner's clock
	// Node, KubeletVersion and Runtime describe the node that was used.
	Node           string `json:"node,omitempty"`
	KubeletVersion string `json:"kubeletVersion,omitempty"`
	// ServerVersion is the API server's.
	ServerVersion string `json:"serverVersion,omitempty"`
	Runtime       string `json:"runtime,omitempty"`
	// RuntimeClass is the one that all pods were given; empty where none was.
	RuntimeClass string `json:"runtimeClass,omitempty"`
	// Offsets tell how the clocks stand to the runner's.
	Offsets map[Clock]Offset `json:"offsets,omitempty"`
}

// Footer says how the recording ended.
type Footer struct {
	Ended time.Time `json:"ended"`
	// Failed is why the scenario could not be carried through, else empty.
	Failed string `json:"failed,omitempty"`
}

// A History is the record of one scenario.
type History struct {
	Header Header
	Events []Event
	// Footer is nil while the recording goes on, and stays nil where the
	// recording was cut off.
	Footer *Footer

	next   int
	derive deriver
	seen   map[types.UID]bool // pods whose first version is in the record
}

// New returns an empty history.
func New(h Header) *History {
	h.APIVersion, h.Started = Version, h.Started.Round(0)
	return &History{Header: h, next: 1, derive: newDeriver(), seen: map[types.UID]bool{}}
}

// Append adds a raw event and what follows from it, and returns its sequence
// number. Of a pod only the first version keeps its spec: see [History.Spec].
func (h *History) Append(e Event) int {
	if e.Kind == KindPod {
		if h.seen[e.PodObject.UID] {
			pod := *e.PodObject
			pod.Spec = corev1.PodSpec{}
			e.PodObject = &pod
		}
		h.seen[e.PodObject.UID] = true
	}
	// Without its monotonic reading a time is the same as when it is loaded.
	e.Time.At, e.Arrived = e.Time.At.Round(0), e.Arrived.Round(0)
	e.Seq = h.next
	h.next++
	h.Events = append(h.Events, e)
	h.Events = append(h.Events, h.derive.from(e)...)
	return e.Seq
}

// Close ends the recording; failed is empty where the scenario was carried
// through.
func (h *History) Close(at time.Time, failed string) {
	h.Footer = &Footer{Ended: at.Round(0), Failed: failed}
}

// Incomplete returns why the history cannot be judged as a whole: the scenario
// failed or the recording was cut off. It is empty where all is well.
func (h *History) Incomplete() string {
	switch {
	case h.Footer == nil:
		return "the recording was cut off"
	default:
		return h.Footer.Failed
	}
}

// Unstarted returns which container the runtime could not create or start, and what
// it said, or nothing. The kubelet goes on as after any other end of a container,
// and what follows says nothing of hooks: containerd reports such a container as
// terminated for the reason StartError, a kubelet that gets no container as waiting.
func (h *History) Unstarted() string {
	for _, p := range []Pattern{Terminated().With("reason", "StartError"), Waiting("CreateContainerError|RunContainerError")} {
		if e := h.First(p); e != nil {
			why := e.Fields["message"]
			for i := range h.Events { // a final message is taken for a journal, of which this one is no part
				if d := &h.Events[i]; why == "" && d.Kind == KindDefect && d.Pod == e.Pod && d.Container == e.Container {
					why = d.Fields["text"]
				}
			}
			return fmt.Sprintf("container %s of pod %s: %s", e.Container, e.Pod, why)
		}
	}
	return ""
}

// Flaws returns what the record is known to lack, one line each: gaps of a
// watch, unreadable parts of a journal, logs that broke off, instances never seen.
// With patterns, only what may have hidden an event that one of them describes: a
// gap may hide anything, a part of a journal only entries and states of its
// container, and the rest of a log nothing but what was asked of the log.
func (h *History) Flaws(patterns ...Pattern) []string {
	var flaws []string
	broken := BrokenLog()
	for i := range h.Events {
		e := &h.Events[i]
		part := e.Kind == KindDefect || broken.Matches(e)
		switch {
		case e.Kind == KindGap:
		case part && len(patterns) == 0:
		case part && slices.ContainsFunc(patterns, func(p Pattern) bool { return p.couldBeIn(e) && !h.madeGood(e, p) }):
		default:
			continue
		}
		flaws = append(flaws, h.line(e))
	}
	return flaws
}

// madeGood tells whether what a defect stands for is in the record all the same,
// as far as a pattern asks for it: in the log of the instance, or in a journal
// that was read apart.
func (h *History) madeGood(defect *Event, p Pattern) bool {
	broken := BrokenLog()
	return slices.ContainsFunc(h.Events, func(l Event) bool {
		if l.Kind != KindLog || broken.Matches(&l) || l.Seq == defect.Seq || l.Pod != defect.Pod || l.Container != defect.Container || l.Instance != defect.Instance {
			return false
		}
		return p.isLogged() || l.Name == JournalFile && p.kind == KindJournal && p.name != LastBeat().name
	})
}

// Pods returns the names of the pods, in the order in which they appeared.
func (h *History) Pods() []string {
	var names []string
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == KindPod && !slices.Contains(names, e.Pod) {
			names = append(names, e.Pod)
		}
	}
	return names
}

// Pod returns the latest recorded version of a pod, or nil.
func (h *History) Pod(name string) *corev1.Pod {
	for i := len(h.Events) - 1; i >= 0; i-- {
		if e := &h.Events[i]; e.Kind == KindPod && e.Pod == name {
			return e.PodObject
		}
	}
	return nil
}

// Spec returns the spec of a pod, from its first version, or nil.
func (h *History) Spec(name string) *corev1.PodSpec {
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == KindPod && e.Pod == name {
			return &e.PodObject.Spec
		}
	}
	return nil
}

// All returns the events that p describes, in the order of the record.
func (h *History) All(p Pattern) []*Event {
	var found []*Event
	for i := range h.Events {
		if p.Matches(&h.Events[i]) {
			found = append(found, &h.Events[i])
		}
	}
	return found
}

// First returns the earliest event that p describes, or nil. Among events of
// one clock the earliest is the one with the earliest time; the order of the
// record decides between clocks.
func (h *History) First(p Pattern) *Event {
	var first *Event
	for _, e := range h.All(p) {
		if first == nil || (e.Time.Clock == first.Time.Clock && e.Time.At.Before(first.Time.At)) {
			first = e
		}
	}
	return first
}
