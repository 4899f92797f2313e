package scenario

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Try carries a step through that may be refused, and goes on if it is: the end
// of the step in the history holds the error, and a check judges it.
func Try(step Step) Step {
	return Step{Text: "try to " + step.Text, Kubectl: step.Kubectl, Do: func(ctx context.Context, x *Execution) error {
		err := step.Do(ctx, x)
		var status apierrors.APIStatus
		if err == nil || errors.As(err, &status) {
			return nil
		}
		return err
	}}
}

// Patch changes a pod by a strategic merge patch, given as JSON; subresource is
// mostly "", or "resize", "status". The step is called patch.
func Patch(pod, subresource, patch string) Step {
	return Step{Text: "change " + pod, Kubectl: kubectlPatch(pod, subresource, patch), Do: func(ctx context.Context, x *Execution) error {
		var sub []string
		if subresource != "" {
			sub = []string{subresource}
		}
		end := x.Recording.Step("patch", pod, map[string]string{"patch": patch, "subresource": subresource})
		_, err := x.Client.CoreV1().Pods(x.Namespace).Patch(ctx, pod, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{}, sub...)
		end(err)
		if err != nil {
			return fmt.Errorf("change pod %s: %w", pod, err)
		}
		return nil
	}}
}

// DryRun asks for a deletion or eviction that is not carried out.
func DryRun() DeleteOption {
	return func(o *metav1.DeleteOptions) { o.DryRun = []string{metav1.DryRunAll} }
}

// IfUID asks for the deletion of a pod of that UID only.
func IfUID(uid types.UID) DeleteOption {
	return func(o *metav1.DeleteOptions) { o.Preconditions = &metav1.Preconditions{UID: &uid} }
}

// Change changes an object of the fixture that is no pod, by a JSON merge patch.
// The step is called change.
func Change(kind, name, patch string) Step {
	byHand := kubectl("patch", kind, name, "--type=merge", "-p", patch)
	return Step{Text: "change " + kind + " " + name, Kubectl: byHand, Do: func(ctx context.Context, x *Execution) error {
		for _, o := range x.fixture {
			gvk := o.GroupVersionKind()
			if gvk.Kind != kind || o.GetName() != name {
				continue
			}
			mapping, err := x.Mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
			if err != nil {
				return fmt.Errorf("change %s %s: %w", kind, name, err)
			}
			end := x.Recording.Step("change", "", map[string]string{"kind": kind, "name": name, "patch": patch})
			_, err = x.resource(mapping, o).Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
			end(err)
			if err != nil {
				return fmt.Errorf("change %s %s: %w", kind, name, err)
			}
			return nil
		}
		return fmt.Errorf("change %s %s: the fixture has none", kind, name)
	}}
}
