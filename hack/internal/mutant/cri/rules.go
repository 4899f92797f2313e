package cri

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

// service is the service whose calls can be changed.
const service = "runtime.v1.RuntimeService"

// A method is a call with one request and one answer.
type method struct {
	name              string // as in a definition
	path              string // as in gRPC
	request, response protoreflect.MessageType
	creates           bool // a sandbox or container, whose id is in the answer
}

// methods are those of the service, by path.
var methods = methodsOf(runtimeapi.RuntimeService_ServiceDesc.ServiceName)

func methodsOf(service string) map[string]*method {
	byPath := map[string]*method{}
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service))
	if err != nil {
		panic(err) // the generated code registers it before anything of ours runs
	}
	list := found.(protoreflect.ServiceDescriptor).Methods()
	for i := range list.Len() {
		d := list.Get(i)
		if d.IsStreamingClient() || d.IsStreamingServer() {
			continue
		}
		m := &method{name: string(d.Name()), path: "/" + service + "/" + string(d.Name()), request: typeOf(d.Input()), response: typeOf(d.Output())}
		m.creates = subjectOf(m.request.New().Interface()) == created
		byPath[m.path] = m
	}
	return byPath
}

func typeOf(d protoreflect.MessageDescriptor) protoreflect.MessageType {
	t, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		panic(err) // as above
	}
	return t
}

// A rule is one entry of a mutant's calls.
type rule struct {
	id                string // of the mutant
	call              mutant.Call
	method            *method
	request, response map[string]any // the two parts of call.When
	code              codes.Code     // of call.Error

	mu   sync.Mutex
	used map[string]int // how often it changed something, by subject
}

// Rules are the calls of mutants, by the method's path.
type Rules map[string][]*rule

// Compile makes rules of the calls of mutants that package mutant has found well-formed. The error names every entry
// that cannot work: fields that its messages do not have, for one.
func Compile(definitions []mutant.Definition) (Rules, error) {
	rules := Rules{}
	var errs []error
	for _, d := range definitions {
		for i, c := range d.Calls {
			r, err := compile(d, c)
			if err != nil {
				errs = append(errs, d.Errorf("calls[%d]: %w", i, err))
				continue
			}
			rules[r.method.path] = append(rules[r.method.path], r)
		}
	}
	return rules, errors.Join(errs...)
}

// The calls that can go before another.
const (
	stopSandbox   = "StopPodSandbox"
	stopContainer = "StopContainer"
)

func compile(d mutant.Definition, c mutant.Call) (*rule, error) {
	r := &rule{id: d.ID, call: c, method: methods["/"+service+"/"+c.Method], request: maps.Clone(c.When), used: map[string]int{}}
	if r.method == nil {
		return nil, fmt.Errorf("%s has no method %q with one answer", service, c.Method)
	}
	if response, ok := c.When["response"]; ok {
		delete(r.request, "response")
		if r.response, ok = response.(map[string]any); !ok {
			return nil, errors.New("when: response: it holds fields of the response")
		}
	}
	request, response := r.method.request.New(), r.method.response.New()
	_, whenRequest := matches(request, r.request)
	_, whenResponse := matches(response, r.response)
	for _, part := range []struct {
		name string
		err  error
	}{
		{"when", whenRequest}, {"when: response", whenResponse}, {"request", set(request, c.Request)},
		{"multiply", multiply(request, c.Multiply)}, {"response", set(response, c.Response)},
	} {
		if part.err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, part.err)
		}
	}
	about := subjectOf(request.Interface())
	switch {
	case about == nothing && !d.Global:
		return nil, fmt.Errorf("%s is about no sandbox and no container, which would tell the namespace: say global: true", c.Method)
	case c.First != "" && about != existing:
		return nil, fmt.Errorf("first: nothing is there yet that %s could stop before %s", c.First, c.Method)
	case (c.Skip || c.Background) && r.response != nil:
		return nil, errors.New("when: there is no response that could be looked at")
	case r.response != nil && (len(c.Request)+len(c.Multiply) > 0 || c.First != "" || c.Delay.Duration > 0):
		return nil, errors.New("when: the response comes too late to change the request or what goes before it")
	}
	if c.Error != nil {
		var err error
		if r.code, err = codeOf(c.Error.Code); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// codeOf finds gRPC's code of that name, such as Unavailable.
func codeOf(name string) (codes.Code, error) {
	var names []string
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		if code.String() == name {
			return code, nil
		}
		names = append(names, code.String())
	}
	return 0, fmt.Errorf("error: no code is called %q; there are %s", name, strings.Join(names, ", "))
}

// take tells whether the rule changes one more call about the subject, and counts it.
func (r *rule) take(subject string) bool {
	if r.call.Times == 0 {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used[subject] >= r.call.Times {
		return false
	}
	r.used[subject]++
	return true
}
