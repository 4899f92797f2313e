package scenario

import (
	"context"
	"errors"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"
)

func TestOwnerSteps(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.Mapper.(*meta.DefaultRESTMapper).Add(appsv1.SchemeGroupVersion.WithKind("Deployment"), meta.RESTScopeNamespace)
		deployment := object(t, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: space}, spec: {replicas: 2}}")
		b.fixture = []*unstructured.Unstructured{deployment}
		if err := b.dynamic.Tracker().Add(deployment.DeepCopy()); err != nil {
			t.Fatal(err)
		}
		resource := b.dynamic.Resource(schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}).Namespace("space")
		do(t, ctx, b, Scale("Deployment", "d", 1))
		o, err := resource.Get(ctx, "d", metav1.GetOptions{})
		if n, _, _ := unstructured.NestedInt64(o.Object, "spec", "replicas"); n != 1 || err != nil {
			t.Errorf("%d replicas, %v", n, err)
		}
		do(t, ctx, b, DeleteObject("Deployment", "d"))
		if left, _ := resource.List(ctx, metav1.ListOptions{}); len(left.Items) != 0 {
			t.Errorf("left: %v", left.Items)
		}
		for want, step := range map[string]Step{
			`scale Deployment d: deployments.apps "d" not found`:  Scale("Deployment", "d", 0),
			`delete Deployment d: deployments.apps "d" not found`: DeleteObject("Deployment", "d"),
			`the fixture has no Deployment e`:                     Scale("Deployment", "e", 0),
			`the fixture has no Job d`:                            DeleteObject("Job", "d"),
		} {
			if err := step.Do(ctx, b.Execution); err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
		}
	})
}

func TestDeleteCollection(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.label = label
		var asked []clienttesting.DeleteCollectionAction
		var answer error
		b.client.PrependReactor("delete-collection", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
			asked = append(asked, a.(clienttesting.DeleteCollectionAction))
			return true, nil, answer
		})
		do(t, ctx, b, DeleteCollection(Grace(0)))
		if len(asked) != 1 || asked[0].GetNamespace() != "space" || asked[0].GetListRestrictions().Labels.String() != "hookcheck.dev/scenario="+label {
			t.Errorf("asked %v", asked)
		}
		answer = errors.New("no")
		if err := DeleteCollection().Do(ctx, b.Execution); err == nil || err.Error() != "delete the collection of pods: no" {
			t.Errorf("error %v", err)
		}
		b.expectSteps(t, "delete-collection begin", "delete-collection end", "delete-collection begin", "delete-collection end no")
	})
}

func TestIfResourceVersion(t *testing.T) {
	if o := deleteOptions([]DeleteOption{IfResourceVersion("7")}); o.Preconditions == nil || *o.Preconditions.ResourceVersion != "7" {
		t.Errorf("%v", o)
	}
}
