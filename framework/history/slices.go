package history

import (
	"strings"

	discoveryv1 "k8s.io/api/discovery/v1"
)

// EndpointIs is a version of a Service's EndpointSlice, at its arrival, that
// lists a pod with these conditions: "ready", "serving" and "terminating" ask for
// true, with a leading ! for false. A condition that is not set is what the API
// says that it means: ready true, serving as ready, terminating false.
func EndpointIs(service, pod string, conditions ...string) Pattern {
	return Pattern{text: "endpoint of " + pod + " in " + service + ": " + strings.Join(conditions, " "), kind: KindSlice,
		match: func(e *Event) bool {
			endpoint := e.endpoint(service, pod)
			return endpoint != nil && conditionsAre(endpoint.Conditions, conditions)
		}}
}

// EndpointMissing is a version of a Service's EndpointSlice, at its arrival, that
// does not list a pod.
func EndpointMissing(service, pod string) Pattern {
	return Pattern{text: "EndpointSlice of " + service + " without " + pod, kind: KindSlice,
		match: func(e *Event) bool { return e.isOf(service) && e.endpoint(service, pod) == nil }}
}

// EndpointRemoval is the first version of a Service's EndpointSlice that does not
// list a pod, after one that did.
func (h *History) EndpointRemoval(service, pod string) Pattern {
	p := EndpointMissing(service, pod).After(h.First(EndpointIs(service, pod)))
	p.text = "removal of the endpoint of " + pod + " from " + service
	return p
}

// After narrows the pattern to events that were recorded after e; where e is nil
// it describes none. Meant for events of one watch, which keep their order.
func (p Pattern) After(e *Event) Pattern {
	before := p.match
	p.match = func(later *Event) bool { return e != nil && later.Seq > e.Seq && (before == nil || before(later)) }
	return p
}

func (e *Event) isOf(service string) bool {
	return e.Name != "DELETED" && e.SliceObject.Labels[discoveryv1.LabelServiceName] == service
}

// endpoint returns the endpoint of a pod in a Service's slice, or nil.
func (e *Event) endpoint(service, pod string) *discoveryv1.Endpoint {
	if !e.isOf(service) {
		return nil
	}
	for i, endpoint := range e.SliceObject.Endpoints {
		if endpoint.TargetRef != nil && endpoint.TargetRef.Name == pod {
			return &e.SliceObject.Endpoints[i]
		}
	}
	return nil
}

func conditionsAre(c discoveryv1.EndpointConditions, wanted []string) bool {
	value := func(b *bool, unset bool) bool {
		if b == nil {
			return unset
		}
		return *b
	}
	ready := value(c.Ready, true)
	is := map[string]bool{"ready": ready, "serving": value(c.Serving, ready), "terminating": value(c.Terminating, false)}
	for _, w := range wanted {
		name, not := strings.CutPrefix(w, "!")
		if is[name] == not {
			return false
		}
	}
	return true
}
