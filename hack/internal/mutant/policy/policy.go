package policy

import (
	"fmt"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

const (
	// MutantLabel is on every object that is made here; its value is the mutant's id.
	MutantLabel = "hookcheck.dev/mutant"
	// appliedAnnotation is what a pod gets that asks whether the policy is applied.
	appliedAnnotation = "hookcheck.dev/mutated-by"
	// askedIn is the namespace of that pod, which is never made: the namespaces of the run are not there yet.
	askedIn = metav1.NamespaceDefault
)

// A Policy changes pods that are created in namespaces whose name begins with a prefix.
type Policy struct {
	policy  *admissionv1.MutatingAdmissionPolicy
	binding *admissionv1.MutatingAdmissionPolicyBinding
}

// New makes the policy of a definition. The prefix of the namespaces is part of the objects' names, so that a mutant
// may be tried by several runs at once.
func New(d mutant.Definition, prefix string) *Policy {
	name := strings.ToLower(strings.Trim(prefix, "-") + "-" + d.ID)
	meta := metav1.ObjectMeta{Name: name, Labels: map[string]string{MutantLabel: d.ID}}
	fail := admissionv1.Fail // what a policy cannot change must not pass for what the platform left alone
	asking := fmt.Sprintf("request.namespace == %q && object.metadata.name == %q", askedIn, name)
	p := &Policy{
		policy: &admissionv1.MutatingAdmissionPolicy{ObjectMeta: meta, Spec: admissionv1.MutatingAdmissionPolicySpec{
			FailurePolicy: &fail,
			// Once: a wrapper around a command must not be wrapped again.
			ReinvocationPolicy: admissionv1.NeverReinvocationPolicy,
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{
				RuleWithOperations: admissionv1.RuleWithOperations{
					Operations: []admissionv1.OperationType{admissionv1.Create},
					Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
				}}}},
			MatchConditions: []admissionv1.MatchCondition{{Name: "of-the-run",
				Expression: fmt.Sprintf("request.namespace.startsWith(%q) || %s", prefix, asking)}},
		}},
		binding: &admissionv1.MutatingAdmissionPolicyBinding{ObjectMeta: meta, Spec: admissionv1.MutatingAdmissionPolicyBindingSpec{PolicyName: name}},
	}
	for _, m := range d.Mutations {
		p.policy.Spec.Mutations = append(p.policy.Spec.Mutations, mutation(m))
	}
	p.policy.Spec.Mutations = append(p.policy.Spec.Mutations, mutation(mutant.Mutation{When: asking,
		JSONPatch: fmt.Sprintf(`[JSONPatch{op: "add", path: "/metadata/annotations", value: {%q: %q}}]`, appliedAnnotation, d.ID)}))
	return p
}

// mutation is one of a definition's, in the words of the API. Where its condition does not hold it changes nothing:
// conditions of the API are for a policy as a whole.
func mutation(m mutant.Mutation) admissionv1.Mutation {
	if m.JSONPatch != "" {
		return admissionv1.Mutation{PatchType: admissionv1.PatchTypeJSONPatch,
			JSONPatch: &admissionv1.JSONPatch{Expression: conditional(m.When, m.JSONPatch, "[]")}}
	}
	return admissionv1.Mutation{PatchType: admissionv1.PatchTypeApplyConfiguration,
		ApplyConfiguration: &admissionv1.ApplyConfiguration{Expression: conditional(m.When, m.ApplyConfiguration, "Object{}")}}
}

func conditional(when, then, otherwise string) string {
	if when == "" {
		return then
	}
	return fmt.Sprintf("(%s) ? (%s) : %s", when, then, otherwise)
}

// question is the pod that the API server is asked about, to see whether it applies the policy.
func (p *Policy) question() *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: p.policy.Name, Namespace: askedIn},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "hookcheck.dev/agent"}}}}
}
