package gate

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/version"
	discoveryfake "k8s.io/client-go/discovery/fake"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// server is an API server that allows what the test says, and keeps no pod of a
// dry run. admit may change a pod as a disabled gate does, or refuse it.
func server(t *testing.T, allowed func(authorizationv1.ResourceAttributes) bool, admit func(*corev1.Pod) error) *fake.Clientset {
	t.Helper()
	client := fake.NewClientset()
	client.Discovery().(*discoveryfake.FakeDiscovery).FakedServerVersion = &version.Info{GitVersion: "v1.36.4"}
	client.PrependReactor("create", "selfsubjectaccessreviews", func(a clienttesting.Action) (bool, runtime.Object, error) {
		review := a.(clienttesting.CreateAction).GetObject().(*authorizationv1.SelfSubjectAccessReview)
		review.Status.Allowed = allowed(*review.Spec.ResourceAttributes)
		return true, review, nil
	})
	names := map[string]bool{}
	client.PrependReactor("create", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
		create := a.(clienttesting.CreateActionImpl)
		pod := create.GetObject().(*corev1.Pod).DeepCopy()
		if !slices.Equal(create.CreateOptions.DryRun, []string{metav1.DryRunAll}) {
			t.Errorf("pod %s is no dry run", pod.Name)
		}
		if names[pod.Name] || pod.Name != strings.ToLower(pod.Name) || !strings.HasPrefix(pod.Name, "first-") {
			t.Errorf("a pod is called %q", pod.Name)
		}
		names[pod.Name] = true
		return true, pod, admit(pod)
	})
	return client
}

func target() Target {
	return Target{Namespace: "space", Node: "node-1", Kubelet: "v1.35.1", Missing: map[requirement.Need]string{requirement.NeedNode: "no way in"},
		Pod: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "first"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app"}}}}}
}

func everything(authorizationv1.ResourceAttributes) bool { return true }
func admitted(*corev1.Pod) error                         { return nil }

func dns(ready *bool) *discoveryv1.EndpointSlice {
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: "kube-dns-x", Namespace: "kube-system", Labels: map[string]string{"kubernetes.io/service-name": "kube-dns"}},
		Endpoints:  []discoveryv1.Endpoint{{Conditions: discoveryv1.EndpointConditions{Ready: ready}}}}
}

func TestProbeWhereAllIsThere(t *testing.T) {
	client := server(t, everything, admitted)
	_ = client.Tracker().Add(dns(nil))
	at := target()
	at.Missing = nil
	f, err := Probe(t.Context(), client, at)
	if err != nil {
		t.Fatal(err)
	}
	if f.Server != "v1.36.4" || f.Kubelet != "v1.35.1" || len(f.Missing) != 0 {
		t.Errorf("%+v", f)
	}
	for gate := range gates {
		if !f.Gates[gate] {
			t.Errorf("gate %s is said to be off", gate)
		}
	}
}

func TestProbeWhereNothingIs(t *testing.T) {
	no := false
	client := server(t, func(authorizationv1.ResourceAttributes) bool { return false }, func(p *corev1.Pod) error {
		c := &p.Spec.Containers[0]
		switch {
		case len(p.Spec.Volumes) > 0 || p.Spec.SecurityContext != nil:
			return apierrors.NewForbidden(corev1.Resource("pods"), p.Name, errors.New("violates PodSecurity"))
		case c.RestartPolicy != nil:
			return apierrors.NewInvalid(corev1.SchemeGroupVersion.WithKind("Pod").GroupKind(), p.Name, nil)
		case c.Lifecycle != nil:
			c.Lifecycle = nil // as a server does that does not know the field
		}
		return nil
	})
	_ = client.Tracker().Add(dns(&no))
	f, err := Probe(t.Context(), client, target())
	if err != nil {
		t.Fatal(err)
	}
	for need, want := range map[requirement.Need]string{
		requirement.NeedExec:     "not allowed to create pods/exec in namespace space",
		requirement.NeedEviction: "not allowed to create pods/eviction in namespace space",
		requirement.NeedMetrics:  "not allowed to get nodes/proxy in the cluster",
		requirement.NeedDNS:      "Service kube-dns in kube-system has no ready endpoint",
		requirement.NeedNode:     "no way in",
		requirement.NeedHostPath: "admission refuses a pod with a hostPath volume: ",
		requirement.NeedRoot:     "admission refuses a pod with a container that runs as root: ",
	} {
		if got := f.Missing[need]; !strings.HasPrefix(got, want) {
			t.Errorf("need %s: %q, want %q", need, got, want)
		}
	}
	for need := range permissions {
		if !strings.HasPrefix(f.Missing[need], "not allowed to ") {
			t.Errorf("need %s: %q, and nothing is allowed", need, f.Missing[need])
		}
	}
	for gate := range gates {
		if on, probed := f.Gates[gate]; on || !probed {
			t.Errorf("gate %s: on %t, probed %t", gate, on, probed)
		}
	}
}

// TestEveryNeedIsProbed: a need that nobody asks about would always be met.
func TestEveryNeedIsProbed(t *testing.T) {
	probed := slices.Collect(maps.Keys(permissions))
	for _, q := range admission {
		probed = append(probed, q.need)
	}
	probed = append(probed, requirement.NeedDNS, requirement.NeedNode, requirement.NeedLogind)
	for _, need := range requirement.Needs {
		if !slices.Contains(probed, need) {
			t.Errorf("need %s is not probed", need)
		}
	}
}

func TestProbeFails(t *testing.T) {
	down := errors.New("connection refused")
	for _, tc := range []struct{ verb, resource, want string }{
		{"create", "selfsubjectaccessreviews", "ask whether "},
		{"list", "endpointslices", "look for the cluster's DNS: connection refused"},
	} {
		client := server(t, everything, admitted)
		client.PrependReactor(tc.verb, tc.resource, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, down })
		if _, err := Probe(t.Context(), client, target()); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("error %v, want %q", err, tc.want)
		}
	}
	for what, broken := range map[string]func(*corev1.Pod) bool{
		"ask admission about a pod with a hostPath volume: ": func(p *corev1.Pod) bool { return len(p.Spec.Volumes) > 0 },
		"probe feature gate ContainerStopSignals: ":          func(p *corev1.Pod) bool { return p.Spec.Containers[0].Lifecycle != nil },
	} {
		client := server(t, everything, func(p *corev1.Pod) error {
			if broken(p) {
				return down
			}
			return nil
		})
		if _, err := Probe(t.Context(), client, target()); err == nil || !strings.HasPrefix(err.Error(), what) {
			t.Errorf("error %v, want %q", err, what)
		}
	}
	client := server(t, everything, admitted)
	client.PrependReactor("list", "endpointslices", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(corev1.Resource("endpointslices"), "", nil)
	})
	if f, err := Probe(t.Context(), client, target()); err != nil || f.Missing[requirement.NeedDNS] != "" {
		t.Errorf("who may not look takes it to be there: %v, %v", f.Missing, err)
	}
}
