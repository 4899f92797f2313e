package recorder

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/history"
)

// ScenarioLabel is the label by which objects belong to a scenario. Its value
// is the scenario's name with dots for slashes. The endpoint slice controller
// copies a Service's labels to its slices, so that it reaches them too.
const ScenarioLabel = "hookcheck.dev/scenario"

// A Recorder watches the namespace of a run, and those that scenarios add.
type Recorder struct {
	mu   sync.Mutex
	open map[string]*Recording
	uids map[types.UID]*Recording
	// early are Events that arrived before the pod that they are about: the
	// two watches are independent.
	early map[types.UID][]history.Event
}

// Start lists and watches until the context ends. The error says which kind of
// object cannot be listed.
func Start(ctx context.Context, client kubernetes.Interface, namespace string) (*Recorder, error) {
	r := &Recorder{open: map[string]*Recording{}, uids: map[types.UID]*Recording{}, early: map[types.UID][]history.Event{}}
	if err := r.Watch(ctx, client, namespace); err != nil {
		return nil, err
	}
	return r, nil
}

// Watch lists and watches one more namespace until the context ends: what is
// there and carries the label of a scenario comes into its history as well.
func (r *Recorder) Watch(ctx context.Context, client kubernetes.Interface, namespace string) error {
	sources := []source{
		newSource("pods", client.CoreV1().Pods(namespace)),
		newSource("events", client.CoreV1().Events(namespace)),
	}
	slices := newSource("endpointslices", client.DiscoveryV1().EndpointSlices(namespace))
	for _, s := range append(sources, slices) {
		revision, _, err := s.list(ctx)
		switch {
		case apierrors.IsForbidden(err) && s.kind == slices.kind:
			continue // scenarios with Services are gated by that permission
		case err != nil:
			return fmt.Errorf("list %s in namespace %s: %w", s.kind, namespace, err)
		}
		go r.follow(ctx, s, revision)
	}
	return nil
}

// Open begins the history of a scenario. Objects that carry the label value
// belong to it.
func (r *Recorder) Open(label string, h history.Header) *Recording {
	rec := newRecording(h)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[label] = rec
	return rec
}

// Forget ends the recording of a scenario: what arrives later is not its own.
func (r *Recorder) Forget(label string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := r.open[label]
	delete(r.open, label)
	for uid, of := range r.uids {
		if of == rec {
			delete(r.uids, uid)
		}
	}
}

// deliver gives one object to the history that it belongs to.
func (r *Recorder) deliver(watchType string, object runtime.Object, arrived time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch o := object.(type) {
	case *corev1.Pod:
		rec := r.open[o.Labels[ScenarioLabel]]
		if rec == nil {
			return
		}
		uid := o.UID
		rec.Append(history.NewPodEvent(watchType, o, arrived))
		if r.uids[uid] == nil {
			r.uids[uid] = rec
			for _, e := range r.early[uid] {
				rec.Append(e)
			}
			delete(r.early, uid)
		}
	case *corev1.Event:
		if watchType == "DELETED" { // expired, or removed with its namespace
			return
		}
		uid := o.InvolvedObject.UID
		e := history.NewKubeEvent(o, arrived)
		if rec := r.uids[uid]; rec != nil {
			rec.Append(e)
		} else if o.InvolvedObject.Kind == "Pod" && len(r.early[uid]) < 50 {
			r.early[uid] = append(r.early[uid], e)
		}
	case *discoveryv1.EndpointSlice:
		if rec := r.open[o.Labels[ScenarioLabel]]; rec != nil {
			rec.Append(history.NewSliceEvent(watchType, o, arrived))
		}
	}
}

// gap writes a gap into every open history.
func (r *Recorder) gap(kind, revision string, cause error, arrived time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rec := range r.open {
		rec.Append(history.Event{Kind: history.KindGap, Name: kind, Arrived: arrived,
			Time:   history.Stamp{Clock: history.RunnerClock, At: arrived},
			Fields: map[string]string{"after": revision, "why": fmt.Sprint(cause)}})
	}
}

// object is what every watched kind has.
type object interface {
	metav1.Object
	runtime.Object
}
