package history_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/history/historytest"
)

func TestEndpoints(t *testing.T) {
	yes, no := true, false
	endpoint := func(pod string, c discoveryv1.EndpointConditions) discoveryv1.Endpoint {
		return discoveryv1.Endpoint{TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: pod}, Conditions: c}
	}
	b := historytest.New("x/y")
	slice := func(at time.Duration, watchType, service string, endpoints ...discoveryv1.Endpoint) {
		s := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: service, Labels: map[string]string{discoveryv1.LabelServiceName: service}}, Endpoints: endpoints}
		b.Append(at, history.NewSliceEvent(watchType, s, historytest.At(at)))
	}
	slice(1*time.Second, "ADDED", "web")
	slice(2*time.Second, "MODIFIED", "web", endpoint("p", discoveryv1.EndpointConditions{}), discoveryv1.Endpoint{Addresses: []string{"::1"}})
	slice(3*time.Second, "MODIFIED", "web", endpoint("p", discoveryv1.EndpointConditions{Ready: &no, Serving: &yes, Terminating: &yes}))
	slice(4*time.Second, "MODIFIED", "other", endpoint("q", discoveryv1.EndpointConditions{Ready: &no}))
	slice(5*time.Second, "MODIFIED", "web")
	slice(6*time.Second, "DELETED", "web")
	h := b.Done()
	second := h.First(history.EndpointIs("web", "p", "terminating"))
	for _, tc := range []struct {
		pattern history.Pattern
		at      []time.Duration
		text    string
	}{
		{history.EndpointIs("web", "p", "ready", "serving", "!terminating"), []time.Duration{2}, "endpoint of p in web: ready serving !terminating"},
		{history.EndpointIs("web", "p", "!ready", "serving", "terminating"), []time.Duration{3}, ""},
		{history.EndpointIs("web", "p"), []time.Duration{2, 3}, ""},
		{history.EndpointIs("web", "q"), nil, ""},
		{history.EndpointIs("other", "q", "!serving"), []time.Duration{4}, ""},
		{history.EndpointMissing("web", "p"), []time.Duration{1, 5}, "EndpointSlice of web without p"},
		{history.EndpointMissing("other", "p"), []time.Duration{4}, ""},
		{h.EndpointRemoval("web", "p"), []time.Duration{5}, "removal of the endpoint of p from web"},
		{h.EndpointRemoval("web", "q"), nil, ""},
		{history.EndpointIs("web", "p").After(second), nil, ""},
	} {
		var at []time.Duration
		for _, e := range h.All(tc.pattern) {
			at = append(at, e.Arrived.Sub(historytest.Start)/time.Second)
		}
		if len(at) != len(tc.at) || len(at) > 0 && (at[0] != tc.at[0] || at[len(at)-1] != tc.at[len(at)-1]) {
			t.Errorf("%s: at %v, want %v", tc.pattern, at, tc.at)
		}
		if tc.text != "" && tc.pattern.String() != tc.text {
			t.Errorf("text %q, want %q", tc.pattern, tc.text)
		}
	}
}
