package scenario

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
)

// kindNamespace and kindPriorityClass are the kinds outside of namespaces that a
// fixture may have.
const (
	kindNamespace     = "Namespace"
	kindPriorityClass = "PriorityClass"
)

// inRun is the name of a run's own object of that name. Runs share one cluster,
// and what is in no namespace needs a name of its own.
func (p Preparation) inRun(name string) string { return ManagedBy + "-" + p.Run + "-" + name }

// perRun gives the fixture's objects that are in no namespace names of their
// run, and so to the directories of the node that it mounts, and lets the
// fixture's references to them follow. An object may only be in a namespace that
// the fixture has.
func (p Preparation) perRun(objects []*unstructured.Unstructured) error {
	own := map[string]bool{} // kind and name
	directories := map[string]string{}
	for _, o := range objects {
		for _, directory := range ownDirectories(o) {
			directories[directory] = p.inRun(strings.TrimPrefix(directory, ManagedBy+"-"))
		}
	}
	for _, o := range objects {
		for directory, inRun := range directories {
			renamed(o.Object["spec"], directory, inRun)
		}
		if kind := o.GetKind(); kind == kindNamespace || kind == kindPriorityClass {
			own[kind+" "+o.GetName()] = true
			o.SetName(p.inRun(o.GetName()))
		}
	}
	for _, o := range objects {
		if in := o.GetNamespace(); own[kindNamespace+" "+in] {
			o.SetNamespace(p.inRun(in))
		} else if in != "" {
			return fmt.Errorf("%s %s is in namespace %s, which the fixture does not have", o.GetKind(), o.GetName(), in)
		}
		for _, spec := range podSpecs {
			field := append(slices.Clone(spec), "priorityClassName")
			class, found, err := unstructured.NestedString(o.Object, field...)
			if err != nil || !found || !own[kindPriorityClass+" "+class] {
				continue
			}
			if err := unstructured.SetNestedField(o.Object, p.inRun(class), field...); err != nil {
				return err
			}
		}
	}
	return nil
}

// podSpecs are where an object may have the spec of a pod.
var podSpecs = [][]string{{"spec"}, {"spec", "template", "spec"}}

// ownDirectories are the names of the directories called hookcheck-… that an
// object has mounted from the node.
func ownDirectories(o *unstructured.Unstructured) (names []string) {
	for _, spec := range podSpecs {
		volumes, _, _ := unstructured.NestedSlice(o.Object, append(slices.Clone(spec), "volumes")...)
		for _, volume := range volumes {
			fields, _ := volume.(map[string]any)
			directory, _, _ := unstructured.NestedString(fields, "hostPath", "path")
			if name := path.Base(directory); strings.HasPrefix(name, ManagedBy+"-") {
				names = append(names, name)
			}
		}
	}
	return names
}

// renamed is a part of an object in which every text has the directory's other name.
func renamed(part any, from, to string) any {
	switch part := part.(type) {
	case string:
		return strings.ReplaceAll(part, from, to)
	case []any:
		for i := range part {
			part[i] = renamed(part[i], from, to)
		}
	case map[string]any:
		for key := range part {
			part[key] = renamed(part[key], from, to)
		}
	}
	return part
}

// isNamed tells whether that is the name that the manifest gives the object.
func (x *Execution) isNamed(o *unstructured.Unstructured, name string) bool {
	return o.GetName() == name || o.GetName() == x.preparation.inRun(name)
}

// knowsClass is how long admission may take to learn of a PriorityClass that was
// just made: it has it from a watch.
const knowsClass = 10 * time.Second

// submit creates an object. A pod whose class is the fixture's is refused until
// admission knows that.
func (x *Execution) submit(ctx context.Context, resource dynamic.ResourceInterface, o *unstructured.Unstructured) (created *unstructured.Unstructured, err error) {
	class, _, _ := unstructured.NestedString(o.Object, "spec", "priorityClassName")
	own := slices.ContainsFunc(x.fixture, func(f *unstructured.Unstructured) bool {
		return f.GetKind() == kindPriorityClass && f.GetName() == class
	})
	for began := time.Now(); ; {
		created, err = resource.Create(ctx, o, metav1.CreateOptions{})
		if !own || !apierrors.IsForbidden(err) || time.Since(began) > knowsClass {
			return created, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(knowsClass / 100):
		}
	}
}

// spaces are the namespaces of the fixture.
func (x *Execution) spaces() (names []string) {
	for _, o := range x.fixture {
		if o.GetKind() == kindNamespace {
			names = append(names, o.GetName())
		}
	}
	return names
}

// enter begins to record a namespace that was just made, and waits for its
// default service account, without which admission refuses pods.
func (x *Execution) enter(ctx context.Context, namespace string) error {
	if x.Watch == nil {
		return fmt.Errorf("nothing can be recorded in namespace %s", namespace)
	}
	if err := x.Watch(ctx, namespace); err != nil {
		return err
	}
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, Patience, true, func(ctx context.Context) (bool, error) {
		_, err := x.Client.CoreV1().ServiceAccounts(namespace).Get(ctx, "default", metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		return err == nil || apierrors.IsForbidden(err), nil
	})
	if err != nil {
		return fmt.Errorf("wait for the default service account of namespace %s: %w", namespace, err)
	}
	return nil
}

func annotate(o *unstructured.Unstructured, key, value string) {
	annotations := o.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[key] = value
	o.SetAnnotations(annotations)
}
