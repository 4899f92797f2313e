package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookcheck/hookcheck/framework/rewrite"
)

// kindOfPod is the name of a written event whose pod was sent as it is.
const kindOfPod = "Pod"

// NewWrittenEvent makes the raw event of a pod that the runner sends to the API
// server: as an object of its own, or as the template of a workload of that kind
// whose name it has. answer is what the API server would store, where it was only
// asked (a dry run), else nil. Of both only name and spec are kept.
func NewWrittenEvent(kind string, pod, answer *corev1.Pod, at time.Time) Event {
	e := Event{Kind: KindWritten, Name: kind, Arrived: at, Time: Stamp{Clock: RunnerClock, At: at}, PodObject: bare(pod)}
	if kind == kindOfPod {
		e.Pod = pod.Name
	}
	if answer != nil {
		e.AnswerObject = bare(answer)
	}
	return e
}

func bare(pod *corev1.Pod) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: pod.Name}, Spec: pod.Spec}
}

// Rewrites returns what was stored otherwise than the runner wrote it, of every
// pod that the record has both of. It is empty for a record of a hookcheck that
// did not write it down.
func (h *History) Rewrites() []rewrite.Change {
	var changes []rewrite.Change
	for _, p := range h.copies() {
		changes = append(changes, p.changes()...)
	}
	return changes
}

// copies are a pod as it was written, and as it was stored.
type copies struct {
	name            string
	written, stored *corev1.Pod
	evidence        []*Event
}

// copies returns the pods of which the record has both copies. A pod's spec
// stands in the first version of each that has its name.
func (h *History) copies() []copies {
	var found []copies
	var written []*Event
	seen := map[string]bool{}
	for i := range h.Events {
		switch e := &h.Events[i]; {
		case e.Kind == KindWritten && e.AnswerObject != nil:
			found = append(found, copies{e.PodObject.Name, e.PodObject, e.AnswerObject, []*Event{e}})
		case e.Kind == KindWritten:
			written = append(written, e)
		case e.Kind == KindPod && !seen[string(e.PodObject.UID)]:
			seen[string(e.PodObject.UID)] = true
			if w := origin(written, e.PodObject); w != nil {
				found = append(found, copies{e.Pod, w.PodObject, e.PodObject, []*Event{w, e}})
			}
		}
	}
	return found
}

// origin finds what a stored pod was written as: itself, or the template of the
// workload whose controller made it. The last one of its name counts.
func origin(written []*Event, stored *corev1.Pod) *Event {
	owner := metav1.GetControllerOf(stored)
	for _, w := range slices.Backward(written) {
		switch {
		case owner == nil && w.Name == kindOfPod && w.Pod == stored.Name:
			return w
		case owner != nil && w.Name == owner.Kind && w.PodObject.Name == owner.Name:
			return w
		case owner != nil && w.Name == "Deployment" && owner.Kind == "ReplicaSet" && strings.HasPrefix(owner.Name, w.PodObject.Name+"-"):
			return w
		}
	}
	return nil
}

func (p copies) changes() []rewrite.Change {
	changes := rewrite.Between(values(p.written), values(p.stored))
	for i := range changes {
		changes[i].Pod = p.name
	}
	return changes
}

// values is the spec of a pod as JSON values.
func values(pod *corev1.Pod) map[string]any {
	var fields map[string]any
	data, err := json.Marshal(pod.Spec)
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		err = decoder.Decode(&fields)
	}
	if err != nil { // it came out of JSON
		panic(fmt.Sprintf("the spec of pod %s cannot be written as JSON: %v", pod.Name, err))
	}
	return fields
}

// StoredAsWritten holds where the pod is stored as the runner wrote it, as far as
// hooks, probes, start and end of its containers depend on it. Where the record
// does not have both copies, nothing follows.
func StoredAsWritten(pod string) *Matcher {
	expected := "the pod " + pod + " stored as it was written"
	return &Matcher{expected: expected, judge: func(h *History) finding {
		for _, p := range h.copies() {
			if p.name != pod {
				continue
			}
			f := finding{ok: true, seen: expected, evidence: p.evidence}
			var texts []string
			for _, c := range p.changes() {
				if rewrite.Behavioural(c.Field) {
					texts = append(texts, c.String())
				}
			}
			if len(texts) > 0 {
				f.ok, f.seen = false, strings.Join(texts, "; ")
			}
			return f
		}
		return finding{err: fmt.Errorf("%w: it does not hold the pod %s both as it was written and as it was stored", ErrFlawed, pod)}
	}}
}
