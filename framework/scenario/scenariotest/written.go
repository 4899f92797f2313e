package scenariotest

import (
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/rewrite"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// unwritten fails where the comparison of pods as they were written with pods as
// they were stored finds something in the good history, though no platform
// changed anything: in what the runner wrote down itself, and, since that tells
// nothing of scenarios recorded before it did, in the manifest.
func unwritten(t *testing.T, s *scenario.Scenario) {
	t.Helper()
	for _, c := range Golden(t, s).Rewrites() {
		t.Errorf("good history: said to be rewritten: %s: %s", c.Pod, c)
	}
	h := history.New(history.Header{})
	objects, err := scenario.ReadFixture(s.Name)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if pod := podIn(t, o); pod != nil {
			h.Append(history.NewWrittenEvent(o.GetKind(), pod, nil, time.Time{}))
		}
	}
	for _, e := range Golden(t, s).Events {
		if e.Kind == history.KindPod {
			h.Append(e)
		}
	}
	for _, name := range h.Pods() {
		_, err := history.StoredAsWritten(name).Match(h)
		if _, mirror := h.Pod(name).Annotations[corev1.MirrorPodAnnotationKey]; err != nil && !mirror {
			t.Errorf("good history, against the manifest: %v", err)
		}
	}
	for _, c := range h.Rewrites() {
		if !byRun(c) {
			t.Errorf("good history, against the manifest: said to be rewritten: %s: %s", c.Pod, c)
		}
	}
}

// setByRun are the fields that a run sets in what the manifest says.
var setByRun = regexp.MustCompile(`[.]image$|^spec[.](nodeName|priorityClassName)$`)

// byRun tells whether the runner itself made the change.
func byRun(c rewrite.Change) bool {
	return setByRun.MatchString(c.Field) || strings.Contains(c.Written, "podIP(") || strings.Contains(c.Written, "podIPv6(") || strings.Contains(c.Written, "serviceIP(")
}

// podIn is the pod or the template of an object that a run creates, or nil.
func podIn(t *testing.T, o *unstructured.Unstructured) *corev1.Pod {
	t.Helper()
	content := o.Object
	if o.GetKind() != "Pod" {
		content, _, _ = unstructured.NestedMap(o.Object, "spec", "template")
	}
	if content == nil || o.GetAnnotations()[scenario.Asking] != "" {
		return nil
	}
	var pod corev1.Pod
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &pod); err != nil {
		t.Fatal(err)
	}
	pod.Name = o.GetName()
	return &pod
}
