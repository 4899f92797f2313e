package scenario

import (
	"context"
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/hookcheck/hookcheck/framework/recorder"
)

// The steps of this file stop pods, or containers, by changing something else
// than the pod's object itself.

// Scale sets the replicas of a Deployment or another workload of the fixture.
func Scale(kind, name string, replicas int) Step {
	byHand := kubectl("scale", kind, name, "--replicas="+strconv.Itoa(replicas))
	return Step{Text: fmt.Sprintf("scale %s %s to %d", kind, name, replicas), Kubectl: byHand, Do: func(ctx context.Context, x *Execution) error {
		o, mapping, err := x.object(kind, name)
		if err != nil {
			return err
		}
		patch := fmt.Sprintf(`{"spec":{"replicas":%d}}`, replicas)
		end := x.Recording.Step("scale", "", map[string]string{"kind": kind, "name": name, "replicas": strconv.Itoa(replicas)})
		_, err = x.resource(mapping, o).Patch(ctx, o.GetName(), types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		end(err)
		if err != nil {
			return fmt.Errorf("scale %s %s: %w", kind, name, err)
		}
		return nil
	}}
}

// DeleteObject deletes an object of the fixture that is no pod, and leaves what
// it owns to the garbage collector (propagationPolicy Background). The step is
// called delete-object.
func DeleteObject(kind, name string) Step {
	byHand := kubectl("delete", kind, name, "--wait=false")
	return Step{Text: fmt.Sprintf("delete %s %s", kind, name), Kubectl: byHand, Do: func(ctx context.Context, x *Execution) error {
		o, mapping, err := x.object(kind, name)
		if err != nil {
			return err
		}
		background := metav1.DeletePropagationBackground
		end := x.Recording.Step("delete-object", "", map[string]string{"kind": kind, "name": name})
		err = x.resource(mapping, o).Delete(ctx, o.GetName(), metav1.DeleteOptions{PropagationPolicy: &background})
		end(err)
		if err != nil {
			return fmt.Errorf("delete %s %s: %w", kind, name, err)
		}
		return nil
	}}
}

// DeleteCollection deletes all pods of the scenario in the run's namespace by one
// request. The step is called delete-collection.
func DeleteCollection(options ...DeleteOption) Step {
	o := deleteOptions(options)
	return Step{Text: "delete the collection of pods", Do: func(ctx context.Context, x *Execution) error {
		end := x.Recording.Step("delete-collection", "", describeDelete(o))
		err := x.Client.CoreV1().Pods(x.Namespace).DeleteCollection(ctx, o, metav1.ListOptions{LabelSelector: recorder.ScenarioLabel + "=" + x.label})
		end(err)
		if err != nil {
			return fmt.Errorf("delete the collection of pods: %w", err)
		}
		return nil
	}}
}

// IfResourceVersion asks for the deletion of that version of a pod only.
func IfResourceVersion(version string) DeleteOption {
	return func(o *metav1.DeleteOptions) { o.Preconditions = &metav1.Preconditions{ResourceVersion: &version} }
}

// object finds an object of the fixture by the name that its manifest gives it.
func (x *Execution) object(kind, name string) (*unstructured.Unstructured, *meta.RESTMapping, error) {
	for _, o := range x.fixture {
		if o.GetKind() == kind && x.isNamed(o, name) {
			gvk := o.GroupVersionKind()
			mapping, err := x.Mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
			return o, mapping, err
		}
	}
	return nil, nil, fmt.Errorf("the fixture has no %s %s", kind, name)
}
