package scenario

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// A platform may change a pod on its way into the API server. So the record holds
// each pod as it is sent, beside its versions as they are stored.

// written writes down the pod that an object is, or the template that it has.
func (x *Execution) written(o *unstructured.Unstructured) error {
	pod, err := podIn(o)
	if pod != nil && err == nil {
		x.Recording.Written(o.GetKind(), pod, nil)
	}
	return err
}

// writtenAndAnswered writes down a pod that the API server was asked about, and
// what it would store.
func (x *Execution) writtenAndAnswered(o, answer *unstructured.Unstructured) error {
	pod, err := podIn(o)
	if err != nil {
		return err
	}
	stored, err := podIn(answer)
	if err == nil {
		x.Recording.Written("Pod", pod, stored)
	}
	return err
}

// podIn returns the pod that an object is, or the template that it has under the
// object's name; nil where it has none. Fields that Kubernetes does not know are
// left out.
func podIn(o *unstructured.Unstructured) (*corev1.Pod, error) {
	content := o.Object
	if o.GetKind() != "Pod" {
		template, found, err := unstructured.NestedMap(o.Object, "spec", "template")
		if err != nil || !found {
			return nil, err
		}
		content = template
	}
	var pod corev1.Pod
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &pod); err != nil {
		return nil, err
	}
	pod.Name = o.GetName()
	return &pod, nil
}
