package scenario

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// WriteStatic writes the manifest of a static pod: the fixture's pod of that
// name, which Create must leave out. revision distinguishes manifests; the
// kubelet takes another one for another pod. The step is called write-static.
func WriteStatic(name, revision string) Step {
	return needing(Step{Text: "write the static pod " + name + ", revision " + revision, Do: func(ctx context.Context, x *Execution) error {
		manifest, err := x.static(name, revision)
		if err != nil {
			return err
		}
		if err := x.guard(ctx); err != nil {
			return err
		}
		file := staticPrefix + name + ".yaml"
		_, err = x.onNode(ctx, "write-static", "", map[string]string{"revision": revision}, fmt.Sprintf("cat >%[2]s/manifest <<'END'\n%[1]s\nEND\nmv %[2]s/manifest %[3]s", manifest, nodeDir, file))
		return err
	}}, requirement.NeedNode)
}

// RemoveStatic removes the manifest of a static pod. The step is called
// remove-static.
func RemoveStatic(name string) Step {
	return needing(Step{Text: "remove the static pod " + name, Do: func(ctx context.Context, x *Execution) error {
		_, err := x.onNode(ctx, "remove-static", "", nil, "rm "+staticPrefix+name+".yaml")
		return err
	}}, requirement.NeedNode)
}

// revisionAnnotation makes two manifests of a static pod differ.
const revisionAnnotation = "hookcheck.dev/revision"

// static is the manifest of a fixture's pod as a static pod, in JSON, which is
// YAML too.
func (x *Execution) static(name, revision string) (string, error) {
	for _, o := range x.fixture {
		if o.GetName() != name || o.GetKind() != "Pod" {
			continue
		}
		o = &unstructured.Unstructured{Object: o.DeepCopy().Object}
		o.SetNamespace(x.Namespace)
		o.SetFinalizers(nil)
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[revisionAnnotation] = revision
		o.SetAnnotations(annotations)
		unstructured.RemoveNestedField(o.Object, "spec", "affinity")
		unstructured.RemoveNestedField(o.Object, "status")
		manifest, err := json.Marshal(o.Object)
		return string(manifest), err
	}
	return "", fmt.Errorf("the fixture has no pod %s", name)
}
