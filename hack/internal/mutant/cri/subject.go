package cri

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/protobuf/proto"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// A subject is the sandbox or container that a call is about.
type subject struct {
	namespace          string
	sandbox, container string // ids; empty where there is none yet
	key                string // by which calls about it are counted
}

// kind says how the subject of a call can be known.
type kind int

const (
	nothing  kind = iota // the call is about no one
	created              // it is in the request, which creates it
	existing             // the request has the id of one that is there
)

func subjectOf(request proto.Message) kind {
	switch request.(type) {
	case *runtimeapi.RunPodSandboxRequest, *runtimeapi.CreateContainerRequest:
		return created
	case withContainer, withSandbox:
		return existing
	}
	return nothing
}

type (
	withContainer interface{ GetContainerId() string }
	withSandbox   interface{ GetPodSandboxId() string }
)

// subjects finds out whom calls are about.
type subjects struct {
	runtime runtimeapi.RuntimeServiceClient

	mu    sync.Mutex
	known map[string]subject // by the id of a sandbox or container; what it is never changes
}

// maxKnown bounds what is remembered. A run has some hundred containers, and what was forgotten is asked again.
const maxKnown = 10000

// of returns the subject of a request; the zero subject where it is about no one, or about something that the runtime
// does not know.
func (s *subjects) of(ctx context.Context, request proto.Message) (subject, error) {
	switch r := request.(type) {
	case *runtimeapi.RunPodSandboxRequest:
		m := r.GetConfig().GetMetadata()
		return subject{namespace: m.GetNamespace(), key: m.GetUid()}, nil
	case *runtimeapi.CreateContainerRequest:
		return subject{namespace: r.GetSandboxConfig().GetMetadata().GetNamespace(), sandbox: r.GetPodSandboxId(),
			key: r.GetPodSandboxId() + "/" + r.GetConfig().GetMetadata().GetName()}, nil
	case withContainer:
		return s.byID(ctx, r.GetContainerId())
	case withSandbox:
		return s.byID(ctx, r.GetPodSandboxId())
	}
	return subject{}, nil
}

func (s *subjects) byID(ctx context.Context, id string) (subject, error) {
	s.mu.Lock()
	found, ok := s.known[id]
	s.mu.Unlock()
	if ok || id == "" {
		return found, nil
	}
	found, err := s.ask(ctx, id)
	if err != nil {
		return subject{}, fmt.Errorf("ask the runtime whose %s is: %w", id, err)
	}
	if found.key == "" {
		return found, nil
	}
	s.remember(id, found)
	return found, nil
}

func (s *subjects) remember(id string, who subject) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxKnown {
		s.known = map[string]subject{}
	}
	s.known[id] = who
}

// learn reads from the answer to a call which id the sandbox or container has that was created.
func (s *subjects) learn(about subject, m *method, answer []byte) {
	if !m.creates {
		return
	}
	response := m.response.New().Interface()
	if proto.Unmarshal(answer, response) != nil {
		return // the kubelet will see to that
	}
	switch r := response.(type) {
	case withContainer:
		about.container, about.key = r.GetContainerId(), r.GetContainerId()
	case withSandbox:
		about.sandbox, about.key = r.GetPodSandboxId(), r.GetPodSandboxId()
	}
	if about.key != "" && about.namespace != "" {
		s.remember(about.key, about)
	}
}

// namespaceLabel is on every container of a kubelet (k8s.io/kubelet/pkg/types, KubernetesPodNamespaceLabel).
const namespaceLabel = "io.kubernetes.pod.namespace"

func (s *subjects) ask(ctx context.Context, id string) (subject, error) {
	containers, err := s.runtime.ListContainers(ctx, &runtimeapi.ListContainersRequest{Filter: &runtimeapi.ContainerFilter{Id: id}})
	if err != nil {
		return subject{}, err
	}
	for _, c := range containers.GetContainers() {
		return subject{namespace: c.GetLabels()[namespaceLabel], sandbox: c.GetPodSandboxId(), container: c.GetId(), key: c.GetId()}, nil
	}
	sandboxes, err := s.runtime.ListPodSandbox(ctx, &runtimeapi.ListPodSandboxRequest{Filter: &runtimeapi.PodSandboxFilter{Id: id}})
	if err != nil {
		return subject{}, err
	}
	for _, b := range sandboxes.GetItems() {
		return subject{namespace: b.GetMetadata().GetNamespace(), sandbox: b.GetId(), key: b.GetId()}, nil
	}
	return subject{}, nil
}
