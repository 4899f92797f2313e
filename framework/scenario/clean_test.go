package scenario

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/recorder"
)

func TestClean(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		held, other := podNamed("held"), podNamed("other")
		held.Finalizers = []string{Finalizer, "example.com/own"}
		other.Labels[recorder.ScenarioLabel] = "another"
		for _, o := range []runtime.Object{held, podNamed("free"), other} {
			if err := b.client.Tracker().Add(o); err != nil {
				t.Fatal(err)
			}
		}
		service := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "s", "namespace": "space"}}}
		gone := service.DeepCopy()
		gone.SetName("gone")
		strange := service.DeepCopy()
		strange.SetKind("Strange")
		pod := service.DeepCopy()
		pod.SetKind("Pod")
		b.fixture = []*unstructured.Unstructured{service, gone, strange, pod}
		if err := b.dynamic.Tracker().Add(service); err != nil {
			t.Fatal(err)
		}
		err := b.Clean(ctx, label)
		if err == nil || !strings.Contains(err.Error(), `no matches for kind "Strange"`) || strings.Contains(err.Error(), "gone") {
			t.Errorf("error %v", err)
		}
		pods, _ := b.client.CoreV1().Pods("space").List(ctx, metav1.ListOptions{})
		if len(pods.Items) != 1 || pods.Items[0].Name != "other" {
			t.Errorf("left: %v", pods.Items)
		}
		var did []string
		for _, a := range b.client.Actions() {
			if named, ok := a.(interface{ GetName() string }); ok && a.GetVerb() == "delete" {
				did = append(did, "delete "+named.GetName())
			} else if update, ok := a.(clienttesting.UpdateAction); ok {
				p := update.GetObject().(*corev1.Pod)
				did = append(did, "release "+p.Name+" keeping "+strings.Join(p.Finalizers, ","))
			}
		}
		if want := []string{"delete free", "release held keeping example.com/own", "delete held"}; !slices.Equal(did, want) {
			t.Errorf("did %q, want %q", did, want)
		}
		if left, _ := b.dynamic.Resource(schema.GroupVersionResource{Version: "v1", Resource: "services"}).Namespace("space").List(ctx, metav1.ListOptions{}); len(left.Items) != 0 {
			t.Errorf("left: %v", left.Items)
		}
	})
}

func TestDiscardPod(t *testing.T) {
	conflict := apierrors.NewConflict(corev1.Resource("pods"), "p", errors.New("changed meanwhile"))
	for _, tc := range []struct {
		name   string
		exists bool
		fail   map[string][]error // by verb, one after the other
		want   string
	}{
		{"gone already", false, nil, ""},
		{"held", true, nil, ""},
		{"changed meanwhile", true, map[string][]error{"update": {conflict, conflict}}, ""},
		{"gone meanwhile", true, map[string][]error{"delete": {apierrors.NewNotFound(corev1.Resource("pods"), "p")}}, ""},
		{"not to be released", true, map[string][]error{"update": {errors.New("no")}}, "remove the finalizer of pod p: no"},
		{"not to be deleted", true, map[string][]error{"delete": {errors.New("no")}}, "delete pod p: no"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := fake.NewClientset()
			pod := podNamed("p")
			pod.Finalizers = []string{Finalizer}
			if tc.exists {
				_ = client.Tracker().Add(pod)
			}
			client.PrependReactor("*", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
				if left := tc.fail[a.GetVerb()]; len(left) > 0 {
					tc.fail[a.GetVerb()] = left[1:]
					return true, nil, left[0]
				}
				return false, nil, nil
			})
			got := ""
			if err := DiscardPod(t.Context(), client, pod); err != nil {
				got = err.Error()
			}
			if got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
