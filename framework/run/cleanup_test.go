package run

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/scenario"
)

// ours is the metadata of what a run made.
func ours(space, name, run string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: space, Labels: labelsOf(run)}
}

func labelsOf(run string) map[string]string { return (&space{run: run}).labels() }

func heldPod(space, name, run string) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: ours(space, name, run)}
	p.Finalizers = []string{scenario.Finalizer}
	return p
}

// signOfLife is the lease of a run, renewed so long ago.
func signOfLife(space, run string, ago time.Duration) *coordinationv1.Lease {
	at := metav1.NewMicroTime(time.Now().Add(-ago))
	return &coordinationv1.Lease{ObjectMeta: ours(space, "hookcheck-"+run, run), Spec: coordinationv1.LeaseSpec{RenewTime: &at}}
}

// did lists what was changed: verb, resource, name.
func did(client *fake.Clientset) (lines []string) {
	for _, a := range client.Actions() {
		name := ""
		switch a := a.(type) {
		case clienttesting.DeleteAction:
			name = a.GetName()
		case clienttesting.UpdateAction:
			name = a.GetObject().(metav1.Object).GetName()
		default:
			continue
		}
		lines = append(lines, a.GetVerb()+" "+a.GetResource().Resource+" "+name)
	}
	return lines
}

func expectDid(t *testing.T, client *fake.Clientset, want ...string) {
	t.Helper()
	if got := did(client); !slices.Equal(got, want) {
		t.Errorf("did:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// namespaces holds a run that is dead, one that is stale, one that lives, and a
// namespace that is not ours.
func namespaces() []runtime.Object {
	ns := func(name, run string) *corev1.Namespace { return &corev1.Namespace{ObjectMeta: ours("", name, run)} }
	return []runtime.Object{
		ns("hookcheck-dead", "dead"), heldPod("hookcheck-dead", "p", "dead"),
		ns("hookcheck-live", "live"), heldPod("hookcheck-live", "p", "live"), signOfLife("hookcheck-live", "live", time.Second),
		ns("hookcheck-stale", "stale"), heldPod("hookcheck-stale", "p", "stale"), signOfLife("hookcheck-stale", "stale", time.Hour),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "default"}}, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "default"}},
	}
}

func TestCleanup(t *testing.T) {
	gone := func(run string) []string {
		return []string{"update pods p", "delete pods p", "delete namespaces hookcheck-" + run} // the finalizer first
	}
	for _, tc := range []struct {
		name    string
		all     bool
		removed []string
		did     []string
	}{
		{"what is dead", false, []string{"run dead in namespace hookcheck-dead", "run stale in namespace hookcheck-stale"},
			slices.Concat(gone("dead"), gone("stale"))},
		{"all", true, []string{"run dead in namespace hookcheck-dead", "run live in namespace hookcheck-live", "run stale in namespace hookcheck-stale"},
			slices.Concat(gone("dead"), gone("live"), gone("stale"))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := fake.NewClientset(namespaces()...)
			removed, err := Cleanup(t.Context(), client, "", tc.all)
			if err != nil || !slices.Equal(removed, tc.removed) {
				t.Errorf("removed %q, %v", removed, err)
			}
			expectDid(t, client, tc.did...)
		})
	}
}

// mixed is a namespace of somebody else's with leftovers of a run, a run that
// lives, and things that are not ours.
func mixed() []runtime.Object {
	theirs := metav1.ObjectMeta{Name: "theirs", Namespace: "mine"}
	return []runtime.Object{
		heldPod("mine", "p", "dead"), &corev1.Service{ObjectMeta: ours("mine", "s", "dead")}, &corev1.ConfigMap{ObjectMeta: ours("mine", "m", "dead")},
		signOfLife("mine", "dead", time.Hour),
		heldPod("mine", "q", "live"), signOfLife("mine", "live", time.Second),
		&corev1.Pod{ObjectMeta: theirs}, &corev1.Service{ObjectMeta: theirs}, &corev1.ConfigMap{ObjectMeta: theirs}, &coordinationv1.Lease{ObjectMeta: theirs},
	}
}

func TestCleanupGivenNamespace(t *testing.T) {
	client := fake.NewClientset(mixed()...)
	confined := apierrors.NewForbidden(corev1.Resource("namespaces"), "", errors.New("no"))
	client.PrependReactor("list", "namespaces", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, confined })
	removed, err := Cleanup(t.Context(), client, "mine", false)
	if want := []string{"run dead in namespace mine"}; err != nil || !slices.Equal(removed, want) {
		t.Errorf("removed %q, %v", removed, err)
	}
	expectDid(t, client, "update pods p", "delete pods p", "delete services s", "delete configmaps m", "delete leases hookcheck-dead")
}

func TestCleanupTells(t *testing.T) {
	no := errors.New("no")
	for _, tc := range []struct {
		name         string
		verb, of     string // what fails
		err          error
		want         string
		stillRemoved int
	}{
		{"namespaces cannot be listed", "list", "namespaces", no, "list the namespaces of hookcheck: no", 0},
		{"a lease cannot be read", "get", "leases", no, "read the lease of run dead: no", 0},
		{"a pod cannot be released", "update", "pods", no, "remove the finalizer of pod p: no", 1}, // of the run that left no pod
		{"pods cannot be listed", "list", "pods", no, "list pods in namespace mine: no", 0},
		{"leases cannot be listed", "list", "leases", no, "list leases in namespace mine: no", 1},
		{"services cannot be listed", "list", "services", no, "list services in namespace mine: no", 1},
		{"config maps cannot be listed", "list", "configmaps", no, "list config maps in namespace mine: no", 1},
		{"services may not be listed", "list", "services", apierrors.NewForbidden(corev1.Resource("services"), "", no), "", 2},
		{"a service is gone meanwhile", "delete", "services", apierrors.NewNotFound(corev1.Resource("services"), "s"), "", 2},
		{"a service stays", "delete", "services", no, "no", 1},
		{"a namespace stays", "delete", "namespaces", no, "delete namespace hookcheck-empty: no", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			objects := append(mixed(), &corev1.Namespace{ObjectMeta: ours("", "hookcheck-empty", "empty")})
			client := fake.NewClientset(objects...)
			client.PrependReactor(tc.verb, tc.of, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, tc.err })
			removed, err := Cleanup(t.Context(), client, "mine", false)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tc.want) || (tc.want == "") != (err == nil) {
				t.Errorf("error %q, want one with %q", got, tc.want)
			}
			if len(removed) != tc.stillRemoved {
				t.Errorf("removed %q, want %d", removed, tc.stillRemoved)
			}
		})
	}
}

// TestCleanupSparesABeginner: a run makes its namespace first and its lease then.
func TestCleanupSparesABeginner(t *testing.T) {
	ns := &corev1.Namespace{ObjectMeta: ours("", "hookcheck-new", "new")}
	ns.CreationTimestamp = metav1.NewTime(time.Now().Add(-time.Second))
	client := fake.NewClientset(ns)
	if removed, err := Cleanup(t.Context(), client, "", false); err != nil || len(removed) != 0 {
		t.Errorf("removed %q, %v", removed, err)
	}
	if removed, err := Cleanup(t.Context(), client, "", true); err != nil || len(removed) != 1 {
		t.Errorf("removed %q, %v", removed, err)
	}
}

// TestRemoveRunWaits: a namespace takes its time, and a pod that was being
// created may come meanwhile.
func TestRemoveRunWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.NewClientset(&corev1.Namespace{ObjectMeta: ours("", "hookcheck-k7", "k7")})
		client.PrependReactor("delete", "namespaces", func(clienttesting.Action) (bool, runtime.Object, error) {
			time.AfterFunc(time.Second, func() { _ = client.Tracker().Add(heldPod("hookcheck-k7", "late", "k7")) })
			time.AfterFunc(3*time.Second, func() {
				_ = client.Tracker().Delete(corev1.SchemeGroupVersion.WithResource("namespaces"), "", "hookcheck-k7")
			})
			return true, nil, nil
		})
		begin := time.Now()
		if err := removeRun(t.Context(), client, "hookcheck-k7", "k7", true); err != nil {
			t.Error(err)
		}
		if d := time.Since(begin); d < 3*time.Second || d > 4*time.Second {
			t.Errorf("waited %s", d)
		}
		expectDid(t, client, "delete namespaces hookcheck-k7", "update pods late", "delete pods late")
	})
}

func TestRemoveRunGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.NewClientset(&corev1.Namespace{ObjectMeta: ours("", "hookcheck-k7", "k7")})
		client.PrependReactor("delete", "namespaces", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := removeRun(ctx, client, "hookcheck-k7", "k7", true)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "what run k7 left in namespace hookcheck-k7 is not gone yet: ") {
			t.Errorf("error %v", err)
		}
	})
}
