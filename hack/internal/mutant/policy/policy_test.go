package policy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

func sample() *Policy {
	return New(mutant.Definition{ID: "M2a", Mutations: []mutant.Mutation{
		{ApplyConfiguration: "Object{spec: Object.spec{hostNetwork: true}}"},
		{JSONPatch: "[JSONPatch{}]", When: "has(object.spec.os)"},
		{ApplyConfiguration: "Object{x: 1}", When: "a\n|| b"},
	}}, "hookcheck-m2-")
}

func TestNew(t *testing.T) {
	p := sample()
	if p.policy.Name != "hookcheck-m2-m2a" || p.binding.Spec.PolicyName != p.policy.Name || p.binding.Name != p.policy.Name ||
		p.policy.Labels[MutantLabel] != "M2a" || p.binding.Labels[MutantLabel] != "M2a" {
		t.Errorf("%+v bound by %+v", p.policy.ObjectMeta, p.binding)
	}
	const asking = `request.namespace == "default" && object.metadata.name == "hookcheck-m2-m2a"`
	if c := p.policy.Spec.MatchConditions; len(c) != 1 || c[0].Expression != `request.namespace.startsWith("hookcheck-m2-") || `+asking {
		t.Errorf("conditions %+v", c)
	}
	if r := p.policy.Spec.MatchConstraints.ResourceRules; len(r) != 1 || fmt.Sprint(r[0].Operations, r[0].Rule.Resources) != "[CREATE] [pods]" {
		t.Errorf("rules %+v", r)
	}
	if p.policy.Spec.ReinvocationPolicy != admissionv1.NeverReinvocationPolicy || *p.policy.Spec.FailurePolicy != admissionv1.Fail {
		t.Errorf("%+v", p.policy.Spec)
	}
	var got []string
	for _, m := range p.policy.Spec.Mutations {
		switch {
		case m.PatchType == admissionv1.PatchTypeJSONPatch && m.ApplyConfiguration == nil:
			got = append(got, "patch "+m.JSONPatch.Expression)
		case m.PatchType == admissionv1.PatchTypeApplyConfiguration && m.JSONPatch == nil:
			got = append(got, "apply "+m.ApplyConfiguration.Expression)
		default:
			t.Errorf("neither patch nor configuration: %+v", m)
		}
	}
	want := []string{
		"apply Object{spec: Object.spec{hostNetwork: true}}",
		"patch (has(object.spec.os)) ? ([JSONPatch{}]) : []",
		"apply (a\n|| b) ? (Object{x: 1}) : Object{}",
		"patch (" + asking + `) ? ([JSONPatch{op: "add", path: "/metadata/annotations", value: {"hookcheck.dev/mutated-by": "M2a"}}]) : []`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("mutations\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// answering lets the API server answer dry runs of pods; it says how many there were.
func answering(client *fake.Clientset, answer func(asked int, pod *corev1.Pod) error) *int {
	asked := 0
	client.PrependReactor("create", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
		create := a.(clienttesting.CreateActionImpl)
		pod := create.Object.(*corev1.Pod).DeepCopy()
		if len(create.CreateOptions.DryRun) != 1 || pod.Name != "hookcheck-m2-m2a" || create.GetNamespace() != "default" {
			return true, nil, fmt.Errorf("made %s/%s with %+v", create.GetNamespace(), pod.Name, create.CreateOptions)
		}
		asked++
		return true, pod, answer(asked, pod)
	})
	return &asked
}

// left lists what is in the cluster.
func left(t *testing.T, client *fake.Clientset) (names []string) {
	t.Helper()
	policies, err := client.AdmissionregistrationV1().MutatingAdmissionPolicies().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	bindings, err := client.AdmissionregistrationV1().MutatingAdmissionPolicyBindings().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range policies.Items {
		names = append(names, "policy "+policies.Items[i].Name)
	}
	for i := range bindings.Items {
		names = append(names, "binding "+bindings.Items[i].Name)
	}
	return names
}

func TestApplyAndRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, p := fake.NewClientset(), sample()
		asked := answering(client, func(asked int, pod *corev1.Pod) error {
			switch asked {
			case 1: // the API server does not know the policy yet
			case 2:
				return apierrors.NewServiceUnavailable("the schema of pods is not known yet")
			default:
				pod.Annotations = map[string]string{appliedAnnotation: "M2a"}
			}
			return nil
		})
		if err := p.Apply(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		if *asked != 3 || len(left(t, client)) != 2 {
			t.Errorf("asked %d times, there are %v", *asked, left(t, client))
		}
		for range 2 { // the second time there is nothing to remove
			if err := p.Remove(t.Context(), client); err != nil || len(left(t, client)) != 0 {
				t.Errorf("%v, left: %v", err, left(t, client))
			}
		}
	})
}

func TestApplyFails(t *testing.T) {
	for _, tc := range []struct {
		name string
		fill func(client *fake.Clientset)
		want string
	}{
		{"never applied", func(client *fake.Clientset) { answering(client, func(int, *corev1.Pod) error { return nil }) },
			"policy hookcheck-m2-m2a is not applied after 30s: a pod that is asked about comes back unchanged"},
		{"it cannot be evaluated", func(client *fake.Clientset) {
			answering(client, func(int, *corev1.Pod) error { return errors.New("no such key: x") })
		}, "policy hookcheck-m2-m2a is not applied: no such key: x"},
		{"an older API server", func(client *fake.Clientset) {
			client.PrependReactor("create", "mutatingadmissionpolicies", func(clienttesting.Action) (bool, runtime.Object, error) {
				return true, nil, apierrors.NewNotFound(schema.GroupResource{Resource: "mutatingadmissionpolicies"}, "")
			})
		}, "the API is on from Kubernetes 1.36 on"},
		{"an expression that is none", func(client *fake.Clientset) {
			client.PrependReactor("create", "mutatingadmissionpolicies", func(clienttesting.Action) (bool, runtime.Object, error) {
				return true, nil, errors.New("compilation failed")
			})
		}, "create MutatingAdmissionPolicy hookcheck-m2-m2a: compilation failed"},
		{"no binding", func(client *fake.Clientset) {
			client.PrependReactor("create", "mutatingadmissionpolicybindings", func(clienttesting.Action) (bool, runtime.Object, error) {
				return true, nil, errors.New("quota")
			})
		}, "create MutatingAdmissionPolicyBinding hookcheck-m2-m2a: quota"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := fake.NewClientset()
				tc.fill(client)
				err := sample().Apply(t.Context(), client)
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("error %v, want %s", err, tc.want)
				}
				if names := left(t, client); len(names) != 0 {
					t.Errorf("left: %v", names)
				}
			})
		})
	}
}

// TestApplyInterrupted: who is interrupted leaves nothing either.
func TestApplyInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.NewClientset()
		answering(client, func(int, *corev1.Pod) error { return nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if err := sample().Apply(ctx, client); err == nil || time.Since(begin) > 2*time.Second {
			t.Errorf("error %v after %s", err, time.Since(begin))
		}
		if names := left(t, client); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

func TestRemoveTells(t *testing.T) {
	client := fake.NewClientset()
	client.PrependReactor("*", "mutatingadmissionpolicies", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, errors.New("connection refused")
	})
	if err := sample().Remove(t.Context(), client); err == nil || !strings.Contains(err.Error(), "remove policy hookcheck-m2-m2a: ") {
		t.Errorf("error %v", err)
	}
	if err := RemoveAll(t.Context(), client); err == nil || !strings.Contains(err.Error(), "remove policy of all mutants: connection refused") {
		t.Errorf("error %v", err)
	}
}

// TestRemoveAll: the label is what keeps it from the policies of others.
func TestRemoveAll(t *testing.T) {
	client := fake.NewClientset()
	if err := RemoveAll(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, a := range client.Actions() {
		if d, ok := a.(clienttesting.DeleteCollectionAction); ok {
			asked = append(asked, a.GetResource().Resource+" "+d.GetListRestrictions().Labels.String())
		}
	}
	if got := strings.Join(asked, ", "); got != "mutatingadmissionpolicybindings "+MutantLabel+", mutatingadmissionpolicies "+MutantLabel {
		t.Errorf("asked to delete %s", got)
	}
}
