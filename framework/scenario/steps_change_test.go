package scenario

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/history"
)

// TestTry: what the API server refuses does not end a scenario, what keeps us
// from asking it does.
func TestTry(t *testing.T) {
	conflict := apierrors.NewConflict(corev1.Resource("pods"), "p", errors.New("another uid"))
	for _, tc := range []struct {
		name string
		err  error
		ends bool
	}{
		{"carried out", nil, false},
		{"refused", fmt.Errorf("delete pod p: %w", conflict), false},
		{"not asked", errors.New("connection refused"), true},
		{"interrupted", context.Canceled, true},
	} {
		step := Try(Step{Text: "delete p", Do: func(context.Context, *Execution) error { return tc.err }})
		if step.Text != "try to delete p" {
			t.Errorf("it is called %q", step.Text)
		}
		if err := step.Do(t.Context(), nil); (err != nil) != tc.ends || tc.ends && !errors.Is(err, tc.err) {
			t.Errorf("%s: error %v", tc.name, err)
		}
	}
}

// TestTryIsInTheHistory: a check sees what was refused, and how.
func TestTryIsInTheHistory(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.client.PrependReactor("delete", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
			return true, nil, apierrors.NewConflict(corev1.Resource("pods"), "p", errors.New("another uid"))
		})
		do(t, ctx, b, Try(DeletePods([]string{"p"}, IfUID("x"))))
		b.Recording.Read(func(h *history.History) {
			if e := h.First(history.StepEnd("delete").Of("p").With("code", "409")); e == nil || e.Fields["error"] == "" {
				t.Errorf("no refused deletion among %q", b.steps())
			}
		})
	})
}

func TestPatch(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		_ = b.client.Tracker().Add(podNamed("p"))
		do(t, ctx, b, Patch("p", "", `{"metadata":{"labels":{"new":"yes"}}}`), Patch("p", "resize", `{}`))
		b.expectSteps(t, "patch p begin", "patch p end", "patch p begin", "patch p end")
		p, err := b.client.CoreV1().Pods("space").Get(ctx, "p", metav1.GetOptions{})
		if err != nil || p.Labels["new"] != "yes" {
			t.Errorf("labels %v, %v", p.Labels, err)
		}
		var subresources []string
		for _, a := range b.client.Actions() {
			if patch, ok := a.(clienttesting.PatchAction); ok {
				subresources = append(subresources, patch.GetSubresource())
				if patch.GetPatchType() != types.StrategicMergePatchType {
					t.Errorf("patch of type %s", patch.GetPatchType())
				}
			}
		}
		if len(subresources) != 2 || subresources[0] != "" || subresources[1] != "resize" {
			t.Errorf("patched %q", subresources)
		}
		if err := Patch("gone", "", `{}`).Do(ctx, b.Execution); !apierrors.IsNotFound(err) {
			t.Errorf("error %v", err)
		}
	})
}

func TestDeleteOptions(t *testing.T) {
	o := deleteOptions([]DeleteOption{DryRun(), IfUID("x"), Grace(3 * time.Second)})
	if len(o.DryRun) != 1 || o.DryRun[0] != metav1.DryRunAll || *o.Preconditions.UID != "x" || *o.GracePeriodSeconds != 3 {
		t.Errorf("%+v", o)
	}
	if fields := describeDelete(o); fields["dryRun"] != "true" || fields["grace"] != "3s" || len(fields) != 2 {
		t.Errorf("fields %v", fields)
	}
}

func podWithHook(host string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "caller"},
		"spec": map[string]any{"terminationGracePeriodSeconds": int64(3), "containers": []any{map[string]any{"name": "app",
			"lifecycle": map[string]any{"preStop": map[string]any{"httpGet": map[string]any{"host": host}}}}}}}}
}

func TestResolve(t *testing.T) {
	host := func(o *unstructured.Unstructured) string {
		containers, _, _ := unstructured.NestedSlice(o.Object, "spec", "containers")
		text, _, _ := unstructured.NestedString(containers[0].(map[string]any), "lifecycle", "preStop", "httpGet", "host")
		return text
	}
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		receiver := podNamed("receiver")
		b.version(receiver)
		manifest := podWithHook("podIP(receiver)")
		if _, err := b.resolve(manifest); err == nil || err.Error() != "pod receiver, whose IP it names, has none yet" {
			t.Errorf("error %v", err)
		}
		b.fixture = []*unstructured.Unstructured{manifest}
		if err := Create().Do(ctx, b.Execution); err == nil || err.Error() != "create Pod caller: pod receiver, whose IP it names, has none yet" {
			t.Errorf("error %v", err)
		}
		receiver = receiver.DeepCopy()
		receiver.Status.PodIP = "10.1.2.3"
		b.version(receiver)
		for in, want := range map[string]string{"podIP(receiver)": "10.1.2.3", "podIP(receiver": "podIP(receiver", "127.0.0.1": "127.0.0.1", "": ""} {
			o, err := b.resolve(podWithHook(in))
			if err != nil || host(o) != want {
				t.Errorf("%q becomes %q (%v), want %q", in, host(o), err, want)
			}
			if grace, _, _ := unstructured.NestedInt64(o.Object, "spec", "terminationGracePeriodSeconds"); grace != 3 {
				t.Errorf("what is no text has changed: %v", o.Object)
			}
		}
		do(t, ctx, b, Create())
		created, err := b.Dynamic.Resource(corev1.SchemeGroupVersion.WithResource("pods")).Namespace("space").Get(ctx, "caller", metav1.GetOptions{})
		if err != nil || host(created) != "10.1.2.3" || host(manifest) != "podIP(receiver)" {
			t.Errorf("created for %q (%v), manifest for %q", host(created), err, host(manifest))
		}
	})
}

// TestClusterScoped: what has no namespace is created, and removed, without one.
func TestClusterScoped(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		kind := schema.GroupVersionKind{Group: "scheduling.k8s.io", Version: "v1", Kind: "PriorityClass"}
		b.Mapper.(*meta.DefaultRESTMapper).Add(kind, meta.RESTScopeRoot)
		b.fixture = []*unstructured.Unstructured{{Object: map[string]any{"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
			"metadata": map[string]any{"name": "high"}, "value": int64(5)}}}
		do(t, ctx, b, Create())
		client := b.Dynamic.Resource(kind.GroupVersion().WithResource("priorityclasses"))
		if _, err := client.Get(ctx, "high", metav1.GetOptions{}); err != nil {
			t.Error(err)
		}
		if err := b.Clean(ctx, label); err != nil {
			t.Error(err)
		}
		if _, err := client.Get(ctx, "high", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			t.Errorf("it stays: %v", err)
		}
		for _, a := range b.dynamic.Actions() {
			if a.GetNamespace() != "" {
				t.Errorf("%s in namespace %s", a.GetVerb(), a.GetNamespace())
			}
		}
	})
}
