package cluster

import (
	"testing"

	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestServesDNS(t *testing.T) {
	yes, no := true, false
	slice := func(service string, ready *bool) *discoveryv1.EndpointSlice {
		return &discoveryv1.EndpointSlice{
			ObjectMeta: metav1.ObjectMeta{Name: "s", Namespace: "kube-system", Labels: map[string]string{discoveryv1.LabelServiceName: service}},
			Endpoints:  []discoveryv1.Endpoint{{Conditions: discoveryv1.EndpointConditions{Ready: ready}}},
		}
	}
	for name, tc := range map[string]struct {
		slice *discoveryv1.EndpointSlice
		want  bool
	}{
		"ready":           {slice("kube-dns", &yes), true},
		"says nothing":    {slice("kube-dns", nil), true},
		"not ready":       {slice("kube-dns", &no), false},
		"another Service": {slice("metrics", &yes), false},
	} {
		if got := servesDNS(t.Context(), fake.NewClientset(tc.slice)); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
