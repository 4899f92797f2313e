package scenario

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// Asking is the annotation of a pod of a fixture that the API server is only
// asked about, by a dry run: see Ask. Its value is how the API server is to take
// fields that it does not know: Strict, Warn or Ignore. Create leaves such a pod
// out. It is sent as it stands in the manifest, so it may have fields that no
// API knows.
const Asking = "hookcheck.dev/ask"

// asked tells whether an object of a fixture is only asked about.
func asked(o *unstructured.Unstructured) bool { return o.GetAnnotations()[Asking] != "" }

// checkAsked returns an error for an object that cannot be asked about.
func checkAsked(o *unstructured.Unstructured) error {
	switch how := o.GetAnnotations()[Asking]; {
	case o.GetKind() != "Pod":
		return fmt.Errorf("annotation %s is for pods", Asking)
	case how != "Strict" && how != "Warn" && how != "Ignore":
		return fmt.Errorf("annotation %s is %q, want Strict, Warn or Ignore", Asking, how)
	}
	return nil
}

// question prepares a pod that is only asked about: what admission may insist on
// is set as in every pod, all else stays as it was written.
func (p Preparation) question(s *Scenario, o *unstructured.Unstructured) error {
	var pod corev1.Pod // a copy without what Kubernetes does not know
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &pod); err != nil {
		return err
	}
	// A Windows pod with a field of Linux would be refused for that.
	p.Pod(&pod, !s.AsWritten && (pod.Spec.OS == nil || pod.Spec.OS.Name != corev1.Windows))
	prepared, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&pod)
	if err != nil {
		return err
	}
	spec, ok := o.Object["spec"].(map[string]any)
	if !ok {
		return fmt.Errorf("no spec")
	}
	from := prepared["spec"].(map[string]any)
	take(spec, from, "securityContext")
	for _, list := range []string{"initContainers", "containers"} {
		into, _ := spec[list].([]any)
		out, _ := from[list].([]any)
		for i := range into {
			container, ok := into[i].(map[string]any)
			if !ok || i >= len(out) {
				return fmt.Errorf("%s[%d] is no container", list, i)
			}
			take(container, out[i].(map[string]any), "image", "securityContext")
		}
	}
	return nil
}

func take(into, from map[string]any, fields ...string) {
	for _, field := range fields {
		if value, ok := from[field]; ok {
			into[field] = value
		}
	}
}
