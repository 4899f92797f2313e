package run

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/scenario"
)

// besides is what a run makes outside of its namespace: a second one with a pod
// that is held, and a class.
func besides(run string) []runtime.Object {
	second := ours("", "hookcheck-"+run+"-second", run)
	class := ours("", "hookcheck-"+run+"-low", run)
	for _, m := range []*metav1.ObjectMeta{&second, &class} {
		m.Annotations = map[string]string{scenario.HomeAnnotation: "hookcheck-" + run}
	}
	return []runtime.Object{
		&corev1.Namespace{ObjectMeta: second}, heldPod(second.Name, "p2", run),
		&schedulingv1.PriorityClass{ObjectMeta: class},
	}
}

func foreign() []runtime.Object {
	return []runtime.Object{&schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "system-node-critical"}}}
}

// TestCleanupBesides: what is in no namespace lives as long as the namespace of
// its run does.
func TestCleanupBesides(t *testing.T) {
	objects := slices.Concat(foreign(), besides("live"), besides("stale"), []runtime.Object{
		&corev1.Namespace{ObjectMeta: ours("", "hookcheck-live", "live")}, signOfLife("hookcheck-live", "live", time.Second),
		&corev1.Namespace{ObjectMeta: ours("", "hookcheck-stale", "stale")}, signOfLife("hookcheck-stale", "stale", time.Hour),
	})
	client := fake.NewClientset(objects...)
	removed, err := Cleanup(t.Context(), client, "", false)
	want := []string{"priority class hookcheck-stale-low of run stale", "run stale in namespace hookcheck-stale", "run stale in namespace hookcheck-stale-second"}
	if err != nil || !slices.Equal(removed, want) {
		t.Errorf("removed %q, %v", removed, err)
	}
	expectDid(t, client, "delete priorityclasses hookcheck-stale-low", "delete namespaces hookcheck-stale",
		"update pods p2", "delete pods p2", "delete namespaces hookcheck-stale-second")
}

func TestRemoveBesides(t *testing.T) {
	elsewhere := &schedulingv1.PriorityClass{ObjectMeta: ours("", "of-another-namespace", "k7")}
	elsewhere.Annotations = map[string]string{scenario.HomeAnnotation: "mine"}
	client := fake.NewClientset(slices.Concat(foreign(), besides("k7"), besides("other"), []runtime.Object{elsewhere},
		[]runtime.Object{&corev1.Namespace{ObjectMeta: ours("", "hookcheck-k7", "k7")}})...)
	s := &space{name: "hookcheck-k7", run: "k7", own: true}
	if err := s.removeBesides(t.Context(), client); err != nil {
		t.Error(err)
	}
	expectDid(t, client, "delete priorityclasses hookcheck-k7-low", "update pods p2", "delete pods p2", "delete namespaces hookcheck-k7-second")
	if err := s.remove(t.Context(), client); err != nil {
		t.Error(err)
	}
	if _, err := client.CoreV1().Namespaces().Get(t.Context(), "hookcheck-k7", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the run's own namespace: %v", err)
	}
}

func TestRemoveBesidesTells(t *testing.T) {
	no := errors.New("no")
	for _, tc := range []struct {
		verb, of string
		err      error
		want     string
	}{
		{"list", "priorityclasses", no, "list the priority classes of hookcheck: no"},
		{"list", "priorityclasses", apierrors.NewForbidden(schedulingv1.Resource("priorityclasses"), "", no), ""},
		{"delete", "priorityclasses", no, "delete priority class hookcheck-k7-low: no"},
		{"delete", "priorityclasses", apierrors.NewNotFound(schedulingv1.Resource("priorityclasses"), "x"), ""},
		{"list", "namespaces", no, "list the namespaces of run k7: no"},
		{"list", "namespaces", apierrors.NewForbidden(corev1.Resource("namespaces"), "", no), ""},
		{"delete", "namespaces", no, "delete namespace hookcheck-k7-second: no"},
	} {
		client := fake.NewClientset(besides("k7")...)
		client.PrependReactor(tc.verb, tc.of, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, tc.err })
		err := (&space{name: "hookcheck-k7", run: "k7", own: true}).removeBesides(t.Context(), client)
		if (tc.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %s: error %v, want %q", tc.verb, tc.of, err, tc.want)
		}
	}
}
