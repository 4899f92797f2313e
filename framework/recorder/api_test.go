package recorder_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

// An api is an API server whose lists and watches the test plays. It is used
// inside a synctest bubble: waits take no time, and a goroutine that outlives
// the test fails it.
type api struct {
	client *fake.Clientset

	mu      sync.Mutex
	lists   map[string]runtime.Object // by resource
	refused map[string]error          // lists and watches, by verb and resource
	watches map[string][]*opened
}

// opened is a watch that was asked for.
type opened struct {
	*watch.RaceFreeFakeWatcher
	from string // the revision
}

func newAPI() *api {
	a := &api{client: fake.NewClientset(), refused: map[string]error{}, watches: map[string][]*opened{}}
	at := func(revision string) metav1.ListMeta { return metav1.ListMeta{ResourceVersion: revision} }
	a.lists = map[string]runtime.Object{
		"pods":           &corev1.PodList{ListMeta: at("100")},
		"events":         &corev1.EventList{ListMeta: at("100")},
		"endpointslices": &discoveryv1.EndpointSliceList{ListMeta: at("100")},
	}
	a.client.PrependReactor("list", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		resource := action.GetResource().Resource
		if err := a.refused["list "+resource]; err != nil {
			return true, nil, err
		}
		return true, a.lists[resource].DeepCopyObject(), nil
	})
	a.client.PrependWatchReactor("*", func(action clienttesting.Action) (bool, watch.Interface, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		resource := action.GetResource().Resource
		if err := a.refused["watch "+resource]; err != nil {
			return true, nil, err
		}
		w := &opened{watch.NewRaceFreeFake(), action.(clienttesting.WatchActionImpl).ListOptions.ResourceVersion}
		a.watches[resource] = append(a.watches[resource], w)
		return true, w, nil
	})
	return a
}

// set changes what a list answers.
func (a *api) set(resource string, list runtime.Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lists[resource] = list
}

// refuse makes a verb on a resource fail; a nil error allows it again.
func (a *api) refuse(verbAndResource string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refused[verbAndResource] = err
}

// watch returns the n-th watch on a resource, from 1.
func (a *api) watch(t *testing.T, resource string, n int) *opened {
	t.Helper()
	synctest.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.watches[resource]) < n {
		t.Fatalf("%d watches on %s, want %d", len(a.watches[resource]), resource, n)
	}
	return a.watches[resource][n-1]
}

// inBubble runs a test against a started recorder. Its end ends the recorder's
// context; a goroutine that stays behind is reported by synctest.
func inBubble(t *testing.T, a func() *api, test func(t *testing.T, a *api, r *recorder.Recorder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		server := a()
		r, err := recorder.Start(ctx, server.client, "space")
		if err != nil {
			t.Fatal(err)
		}
		test(t, server, r)
	})
}

const label = "prestop.example"

func pod(name, revision string, labels ...string) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "space", UID: types.UID("uid-" + name), ResourceVersion: revision}}
	for _, l := range labels {
		p.Labels = map[string]string{recorder.ScenarioLabel: l}
	}
	return p
}

func kubeEvent(reason, uid, revision string) *corev1.Event {
	return &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: reason + "-" + uid, ResourceVersion: revision}, Reason: reason,
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: "p", UID: types.UID(uid)}}
}

func slice(name, revision string, labels ...string) *discoveryv1.EndpointSlice {
	return &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: revision, Labels: pod("", "", labels...).Labels}}
}

func groupResource(resource string) schema.GroupResource {
	return schema.GroupResource{Resource: resource}
}

// events lists what a recording holds: kind, name and object, separated by
// commas.
func events(rec *recorder.Recording) (text string) {
	synctest.Wait()
	rec.Read(func(h *History) {
		for i := range h.Events {
			e := &h.Events[i]
			if text != "" {
				text += ", "
			}
			text += string(e.Kind) + " " + e.Name
			switch {
			case e.PodObject != nil:
				text += " " + e.Pod + "@" + e.PodObject.ResourceVersion
			case e.SliceObject != nil:
				text += " " + e.SliceObject.Name
			}
		}
	})
	return text
}

func expect(t *testing.T, rec *recorder.Recording, want string) {
	t.Helper()
	if got := events(rec); got != want {
		t.Errorf("recorded: %s\n    want: %s", got, want)
	}
}
