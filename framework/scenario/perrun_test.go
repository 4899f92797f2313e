package scenario

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"
)

const (
	classText     = "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: low}, value: -1}"
	namespaceText = "{apiVersion: v1, kind: Namespace, metadata: {name: second}}"
	pressedText   = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: second}, spec: {priorityClassName: low}}"
)

func TestPerRun(t *testing.T) {
	class, namespace, pod := object(t, classText), object(t, namespaceText), object(t, pressedText)
	deployment := object(t, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {template: {spec: {priorityClassName: low}}}}")
	theirs := object(t, "{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: {priorityClassName: system-node-critical}}")
	if err := preparation.perRun([]*unstructured.Unstructured{class, namespace, pod, deployment, theirs}); err != nil {
		t.Fatal(err)
	}
	of := func(o *unstructured.Unstructured, path ...string) string {
		text, _, _ := unstructured.NestedString(o.Object, path...)
		return text
	}
	for what, got := range map[string][2]string{
		"the class":                  {class.GetName(), "hookcheck-k7-low"},
		"the namespace":              {namespace.GetName(), "hookcheck-k7-second"},
		"the pod":                    {pod.GetName(), "p"},
		"the pod's namespace":        {pod.GetNamespace(), "hookcheck-k7-second"},
		"the pod's class":            {of(pod, "spec", "priorityClassName"), "hookcheck-k7-low"},
		"the template's class":       {of(deployment, "spec", "template", "spec", "priorityClassName"), "hookcheck-k7-low"},
		"a class that is the system": {of(theirs, "spec", "priorityClassName"), "system-node-critical"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %s, want %s", what, got[0], got[1])
		}
	}
	err := preparation.perRun([]*unstructured.Unstructured{object(t, pressedText)})
	if want := "Pod p is in namespace second, which the fixture does not have"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestPerRunDirectories: a directory of the node has the run in its name, and so has
// what a container is told of it. Others keep theirs.
func TestPerRunDirectories(t *testing.T) {
	writer := object(t, `{apiVersion: v1, kind: Pod, metadata: {name: w}, spec: {volumes: [{name: own, hostPath: {path: /tmp/hookcheck-message}},
		{name: theirs, hostPath: {path: /var/log}}, {name: none, emptyDir: {}}]}}`)
	reader := object(t, `{apiVersion: v1, kind: Pod, metadata: {name: r}, spec: {containers: [{name: app, args: [--read=/host/hookcheck-message/text]}],
		volumes: [{name: host, hostPath: {path: /tmp}}]}}`)
	deployment := object(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {template: {spec: {volumes: [{name: own,
		hostPath: {path: /tmp/hookcheck-other}}]}}}}`)
	config := object(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: hookcheck-message}, data: {path: /tmp/hookcheck-message}}")
	if err := preparation.perRun([]*unstructured.Unstructured{writer, reader, deployment, config}); err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string][2]string{
		"a directory":    {fmt.Sprint(writer.Object["spec"]), "map[volumes:[map[hostPath:map[path:/tmp/hookcheck-k7-message] name:own] map[hostPath:map[path:/var/log] name:theirs] map[emptyDir:map[] name:none]]]"},
		"an argument":    {fmt.Sprint(reader.Object["spec"]), "map[containers:[map[args:[--read=/host/hookcheck-k7-message/text] name:app]] volumes:[map[hostPath:map[path:/tmp] name:host]]]"},
		"a template":     {fmt.Sprint(deployment.Object["spec"]), "map[template:map[spec:map[volumes:[map[hostPath:map[path:/tmp/hookcheck-k7-other] name:own]]]]]"},
		"another object": {fmt.Sprint(config.Object), "map[apiVersion:v1 data:map[path:/tmp/hookcheck-message] kind:ConfigMap metadata:map[name:hookcheck-message]]"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %s, want %s", what, got[0], got[1])
		}
	}
}

// withOthers makes a bench whose fixture has a class, a namespace and a pod in it.
func withOthers(t *testing.T, test func(ctx context.Context, b *bench, watched *[]string)) {
	t.Helper()
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		mapper := b.Mapper.(*meta.DefaultRESTMapper)
		mapper.Add(corev1.SchemeGroupVersion.WithKind("Namespace"), meta.RESTScopeRoot)
		mapper.Add(schedulingv1.SchemeGroupVersion.WithKind("PriorityClass"), meta.RESTScopeRoot)
		b.preparation, b.label = preparation, label
		b.fixture = []*unstructured.Unstructured{object(t, classText), object(t, namespaceText), object(t, pressedText)}
		if err := preparation.perRun(b.fixture); err != nil {
			t.Fatal(err)
		}
		var watched []string
		b.Watch = func(_ context.Context, namespace string) error {
			watched = append(watched, namespace)
			return nil
		}
		test(ctx, b, &watched)
	})
}

// resources of the fixture, by what they are called in requests.
var (
	classResource     = schema.GroupVersionResource{Group: "scheduling.k8s.io", Version: "v1", Resource: "priorityclasses"}
	namespaceResource = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	podResource       = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
)

// TestCreatePerRun: a pod waits until its namespace can have one, and until
// admission knows its class.
func TestCreatePerRun(t *testing.T) {
	withOthers(t, func(ctx context.Context, b *bench, watched *[]string) {
		account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: "hookcheck-k7-second"}}
		time.AfterFunc(time.Second, func() { _ = b.client.Tracker().Add(account) })
		refusals := 2
		b.dynamic.PrependReactor("create", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
			if refusals--; refusals >= 0 {
				return true, nil, apierrors.NewForbidden(corev1.Resource("pods"), "p", errors.New("no PriorityClass with name hookcheck-k7-low was found"))
			}
			return false, nil, nil
		})
		begin := time.Now()
		do(t, ctx, b, Create("low", "second", "p"))
		if d := time.Since(begin); d < time.Second || d > 2*time.Second {
			t.Errorf("took %s", d)
		}
		if len(*watched) != 1 || (*watched)[0] != "hookcheck-k7-second" {
			t.Errorf("watched %q", *watched)
		}
		for resource, name := range map[schema.GroupVersionResource]string{classResource: "hookcheck-k7-low", namespaceResource: "hookcheck-k7-second"} {
			o, err := b.dynamic.Resource(resource).Get(ctx, name, metav1.GetOptions{})
			if err != nil || o.GetAnnotations()[HomeAnnotation] != "space" {
				t.Errorf("%s: annotations %v, %v", name, o.GetAnnotations(), err)
			}
		}
		if _, err := b.dynamic.Resource(podResource).Namespace("hookcheck-k7-second").Get(ctx, "p", metav1.GetOptions{}); err != nil {
			t.Error(err)
		}
	})
}

func TestCreatePerRunFails(t *testing.T) {
	withOthers(t, func(ctx context.Context, b *bench, _ *[]string) {
		b.dynamic.PrependReactor("create", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
			return true, nil, apierrors.NewForbidden(corev1.Resource("pods"), "p", errors.New("policy"))
		})
		for name, want := range map[string]string{
			"second": "wait for the default service account of namespace hookcheck-k7-second: ",
			"p":      "create Pod p: pods \"p\" is forbidden: policy",
		} {
			if err := Create(name).Do(ctx, b.Execution); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: error %v, want %s", name, err, want)
			}
		}
		b.Watch = nil
		b.fixture[1].SetName("hookcheck-k7-third")
		if err := Create("third").Do(ctx, b.Execution); err == nil || err.Error() != "nothing can be recorded in namespace hookcheck-k7-third" {
			t.Errorf("error %v", err)
		}
	})
}

// TestCleanPerRun: pods of a further namespace are released, and what is in none
// is deleted.
func TestCleanPerRun(t *testing.T) {
	withOthers(t, func(ctx context.Context, b *bench, _ *[]string) {
		held := podNamed("p")
		held.Namespace, held.Finalizers = "hookcheck-k7-second", []string{Finalizer}
		if err := b.client.Tracker().Add(held); err != nil {
			t.Fatal(err)
		}
		for _, o := range b.fixture[:2] {
			if err := b.dynamic.Tracker().Add(o.DeepCopy()); err != nil {
				t.Fatal(err)
			}
		}
		undone := false
		b.undo = append(b.undo, func(context.Context) error { undone = true; return nil })
		if err := b.Clean(ctx, label); err != nil || !undone {
			t.Errorf("error %v, undone %t", err, undone)
		}
		if pods, _ := b.client.CoreV1().Pods("hookcheck-k7-second").List(ctx, metav1.ListOptions{}); len(pods.Items) != 0 {
			t.Errorf("left: %v", pods.Items)
		}
		for _, resource := range []schema.GroupVersionResource{classResource, namespaceResource} {
			if left, _ := b.dynamic.Resource(resource).List(ctx, metav1.ListOptions{}); len(left.Items) != 0 {
				t.Errorf("left: %v", left.Items)
			}
		}
	})
}
