package scenario

import (
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &o.Object); err != nil {
		t.Fatal(err)
	}
	return o
}

const plainPod = `
apiVersion: v1
kind: Pod
metadata:
  name: p
  labels: {app: p}
spec:
  initContainers:
  - {name: init, image: hookcheck.dev/agent}
  containers:
  - {name: app, image: hookcheck.dev/agent}
  - {name: web, image: docker.io/library/nginx}
`

var preparation = Preparation{Run: "k7", Images: map[string]string{"hookcheck.dev/agent": "registry.example/agent:v1"},
	Node: "node-1"}

// prepared runs a manifest through template and returns the pod that comes of it.
func prepared(t *testing.T, s *Scenario, text string) *corev1.Pod {
	t.Helper()
	o := object(t, text)
	if err := preparation.template(s, o); err != nil {
		t.Fatal(err)
	}
	content := o.Object
	if o.GetKind() != "Pod" {
		content, _, _ = unstructured.NestedMap(o.Object, "spec", "template")
	}
	var pod corev1.Pod
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(content, &pod, true); err != nil {
		t.Fatal(err)
	}
	return &pod
}

func TestPreparedPod(t *testing.T) {
	s := &Scenario{Name: "prestop/x"}
	pod := prepared(t, s, plainPod)
	wantLabels := map[string]string{"app": "p", "app.kubernetes.io/managed-by": "hookcheck", "hookcheck.dev/run": "k7", "hookcheck.dev/scenario": "prestop.x"}
	if !maps.Equal(pod.Labels, wantLabels) {
		t.Errorf("labels %v", pod.Labels)
	}
	if !slices.Equal(pod.Finalizers, []string{"hookcheck.dev/hold"}) {
		t.Errorf("finalizers %q", pod.Finalizers)
	}
	want := "requiredDuringSchedulingIgnoredDuringExecution:\n  nodeSelectorTerms:\n  - matchFields:\n    - key: metadata.name\n      operator: In\n      values:\n      - node-1\n"
	if got := yamlOf(t, pod.Spec.Affinity.NodeAffinity); got != want {
		t.Errorf("node affinity\n%s", got)
	}
	if images := []string{pod.Spec.InitContainers[0].Image, pod.Spec.Containers[0].Image, pod.Spec.Containers[1].Image}; !slices.Equal(images,
		[]string{"registry.example/agent:v1", "registry.example/agent:v1", "docker.io/library/nginx"}) {
		t.Errorf("images %q", images)
	}
	if pod.Spec.AutomountServiceAccountToken == nil || *pod.Spec.AutomountServiceAccountToken {
		t.Error("the pod gets a token")
	}
	// What the restricted Pod Security Standard asks for.
	security := pod.Spec.SecurityContext
	if security == nil || !*security.RunAsNonRoot || security.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("security context %+v", security)
	}
	for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		if *c.SecurityContext.AllowPrivilegeEscalation || !slices.Equal(c.SecurityContext.Capabilities.Drop, []corev1.Capability{"ALL"}) {
			t.Errorf("security context of %s: %+v", c.Name, c.SecurityContext)
		}
	}
}

func TestRuntimeClass(t *testing.T) {
	if pod := prepared(t, &Scenario{Name: "prestop/x"}, plainPod); pod.Spec.RuntimeClassName != nil {
		t.Errorf("runtime class %q, none was asked for", *pod.Spec.RuntimeClassName)
	}
	p := preparation
	p.RuntimeClass = "crun"
	for kind, text := range map[string]string{
		"Pod":         plainPod,
		"StatefulSet": "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec: {template: {spec: {containers: [{name: app, image: x}]}}}\n",
	} {
		o := object(t, text)
		if err := p.template(&Scenario{Name: "demos/x", AsWritten: true}, o); err != nil {
			t.Fatal(err)
		}
		path := []string{"spec", "runtimeClassName"}
		if kind != "Pod" {
			path = []string{"spec", "template", "spec", "runtimeClassName"}
		}
		if class, _, _ := unstructured.NestedString(o.Object, path...); class != "crun" {
			t.Errorf("%s: runtime class %q", kind, class)
		}
	}
}

func TestFixtureHasTheLastWord(t *testing.T) {
	pod := prepared(t, &Scenario{Name: "prestop/x"}, `
apiVersion: v1
kind: Pod
metadata:
  name: p
  finalizers: [example.com/own]
spec:
  nodeSelector: {disk: ssd}
  securityContext: {runAsUser: 7}
  containers:
  - name: app
    image: x
    securityContext: {privileged: true}
`)
	if !maps.Equal(pod.Spec.NodeSelector, map[string]string{"disk": "ssd"}) {
		t.Errorf("node selector %v", pod.Spec.NodeSelector)
	}
	if pod.Spec.Affinity != nil {
		t.Errorf("affinity %v", pod.Spec.Affinity)
	}
	if pod.Spec.SecurityContext.RunAsNonRoot != nil || pod.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation != nil {
		t.Error("a security context of the fixture was changed")
	}
	if !slices.Equal(pod.Finalizers, []string{"example.com/own", Finalizer}) {
		t.Errorf("finalizers %q", pod.Finalizers)
	}
}

func TestAsWritten(t *testing.T) {
	pod := prepared(t, &Scenario{Name: "demos/x", AsWritten: true}, plainPod)
	if pod.Spec.SecurityContext != nil || pod.Spec.Containers[0].SecurityContext != nil {
		t.Error("hardened")
	}
	if pod.Spec.Containers[0].Image != "registry.example/agent:v1" || pod.Spec.Affinity == nil || len(pod.Finalizers) != 1 {
		t.Error("image, node and finalizer are the run's business all the same")
	}
}

func TestNoHold(t *testing.T) {
	pod := prepared(t, &Scenario{Name: "prestop/x"}, strings.Replace(plainPod, "  labels:", "  annotations: {hookcheck.dev/no-hold: its removal is looked at}\n  labels:", 1))
	if len(pod.Finalizers) != 0 {
		t.Errorf("finalizers %q", pod.Finalizers)
	}
}

func TestJobTemplate(t *testing.T) {
	const job = `
apiVersion: batch/v1
kind: Job
metadata: {name: j}
spec:
  completions: 3
  template:
    metadata: {labels: {app: j}}
    spec:
      restartPolicy: Never
      containers: [{name: app, image: hookcheck.dev/agent}]
`
	pod := prepared(t, &Scenario{Name: "poststart/x"}, job)
	if pod.Labels["hookcheck.dev/scenario"] != "poststart.x" || pod.Labels["app"] != "j" || !slices.Equal(pod.Finalizers, []string{Finalizer}) {
		t.Errorf("%+v", pod.ObjectMeta)
	}
	if pod.Spec.Containers[0].Image != "registry.example/agent:v1" || pod.Spec.RestartPolicy != "Never" || pod.Spec.SecurityContext == nil {
		t.Errorf("%+v", pod.Spec)
	}
	o := object(t, job)
	if err := preparation.template(&Scenario{}, o); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := unstructured.NestedMap(o.Object, "spec", "template", "status"); found {
		t.Error("a pod template has no status")
	}
	if n, _, _ := unstructured.NestedFieldNoCopy(o.Object, "spec", "completions"); n != int64(3) && n != float64(3) {
		t.Errorf("completions %v", n)
	}
	err := preparation.template(&Scenario{}, object(t, strings.Replace(job, "restartPolicy", "restartPolicies", 1)))
	if err == nil || !strings.Contains(err.Error(), `unknown field "spec.restartPolicies"`) {
		t.Errorf("error %v", err)
	}
}

func TestServiceIsLeftAsItIs(t *testing.T) {
	o := object(t, "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: x}}\n")
	before := o.DeepCopy()
	if err := preparation.template(&Scenario{}, o); err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(o.Object, before.Object, func(a, b any) bool { return yamlOf(t, a) == yamlOf(t, b) }) {
		t.Errorf("changed to %v", o.Object)
	}
}

func yamlOf(t *testing.T, v any) string {
	t.Helper()
	data, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestToPodIsStrict(t *testing.T) {
	if _, err := ToPod(object(t, plainPod)); err != nil {
		t.Fatal(err)
	}
	_, err := ToPod(object(t, strings.Replace(plainPod, "name: web", "nome: web", 1)))
	if err == nil || !strings.Contains(err.Error(), `unknown field "spec.containers[1].nome"`) {
		t.Errorf("error %v", err)
	}
}

// TestPrepareFixture prepares what is embedded: a manifest of a Service and a
// pod.
func TestPrepareFixture(t *testing.T) {
	s := &Scenario{Name: "poststart/endpoints"}
	objects, err := preparation.prepare(s)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{}
	for _, o := range objects {
		kinds = append(kinds, o.GetKind())
		for k, v := range preparation.Labels(s) {
			if o.GetLabels()[k] != v {
				t.Errorf("%s %s: label %s is %q", o.GetKind(), o.GetName(), k, o.GetLabels()[k])
			}
		}
	}
	if !slices.Equal(kinds, []string{"Service", "Pod"}) {
		t.Errorf("in the order of the manifest: %q", kinds)
	}
	if again, _ := preparation.prepare(s); yamlOf(t, again[1].Object) != yamlOf(t, objects[1].Object) {
		t.Error("the same manifest gave another pod the second time")
	}
}

func TestMissingFixture(t *testing.T) {
	const want = "scenario prestop/nope has no fixture: open manifests/prestop/nope.yaml: file does not exist"
	if _, err := preparation.prepare(&Scenario{Name: "prestop/nope"}); err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
}
