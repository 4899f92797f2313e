package scenario

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/hookcheck/hookcheck/framework/history"
)

func TestAwaitEndpointsWithout(t *testing.T) {
	address := func(pod string) corev1.EndpointAddress {
		return corev1.EndpointAddress{IP: "10.0.0.1", TargetRef: &corev1.ObjectReference{Name: pod}}
	}
	endpoints := func(ready, not string) *corev1.Endpoints { //nolint:staticcheck // deprecated, and what is tested
		s := corev1.EndpointSubset{Addresses: []corev1.EndpointAddress{address("b"), {IP: "10.0.0.2"}}} //nolint:staticcheck // as above
		if ready != "" {
			s.Addresses = append(s.Addresses, address(ready))
		}
		if not != "" {
			s.NotReadyAddresses = append(s.NotReadyAddresses, address(not))
		}
		return &corev1.Endpoints{TypeMeta: metav1.TypeMeta{Kind: "Endpoints", APIVersion: "v1"}, Subsets: []corev1.EndpointSubset{s}} //nolint:staticcheck // as above
	}
	answers := []any{endpoints("a", ""), endpoints("", "a"), endpoints("", "c"), endpoints("a", "")}
	asked := 0
	x, rec := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/namespaces/space/endpoints/web" {
			reply(w, 404, failure(404, "NotFound"))
			return
		}
		reply(w, 200, answers[asked])
		asked++
	})
	for _, step := range []Step{AwaitEndpointsWithout("web", "a", time.Minute), AwaitEndpointsWithout("web", "a", 0), AwaitEndpointsWithout("none", "a", time.Minute)} {
		if err := step.Do(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	want := "web map[notReady:c ready:b]\nweb map[notReady: ready:a,b]\nnone map[absent:true]"
	if got := notes(rec, history.NoteEndpoints); got != want {
		t.Errorf("notes:\n%s\nwant:\n%s", got, want)
	}
	x, _ = apiServer(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, 403, failure(403, "Forbidden")) })
	if err := AwaitEndpointsWithout("web", "a", time.Minute).Do(t.Context(), x); err == nil || !strings.Contains(err.Error(), "read the Endpoints of web: it says no") {
		t.Errorf("error %v", err)
	}
}

func TestServiceIP(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		client := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "client"},
			"spec": map[string]any{"hostname": "serviceIP(web)"}}}
		service := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "web"},
			"spec": map[string]any{"clusterIP": "10.96.0.9"}}}
		b.fixture = []*unstructured.Unstructured{client, service}
		if err := Create("client").Do(ctx, b.Execution); err == nil || !strings.Contains(err.Error(), "Service web, whose IP it names, has none yet") {
			t.Errorf("error %v", err)
		}
		do(t, ctx, b, Create("web"), Create("client"))
		made, err := b.dynamic.Resource(corev1.SchemeGroupVersion.WithResource("pods")).Namespace("space").Get(ctx, "client", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if ip, _, _ := unstructured.NestedString(made.Object, "spec", "hostname"); ip != "10.96.0.9" {
			t.Errorf("got %q", ip)
		}
	})
}
