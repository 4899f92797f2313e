package scenario

import (
	"context"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/hookcheck/hookcheck/framework/history"
)

// TestWritten: the record holds the pod as it is sent, with the addresses that the
// manifest does not know, before the API server has answered.
func TestWritten(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.Mapper.(*meta.DefaultRESTMapper).Add(batchv1.SchemeGroupVersion.WithKind("Job"), meta.RESTScopeNamespace)
		receiver := running("receiver")
		receiver.Status.PodIP = "10.1.2.3"
		b.version(receiver)
		b.fixture = []*unstructured.Unstructured{
			object(t, "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}"),
			object(t, "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostname: podIP(receiver), terminationGracePeriodSeconds: 5}}"),
			object(t, "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: {restartPolicy: Never}}}}"),
		}
		do(t, ctx, b, Create())
		var written []history.Event
		b.Recording.Read(func(h *history.History) {
			for _, e := range h.Events {
				if e.Kind == history.KindWritten {
					written = append(written, e)
				}
			}
		})
		if len(written) != 2 {
			t.Fatalf("%d pods written down", len(written))
		}
		if p := written[0]; p.Name != "Pod" || p.Pod != "p" || p.PodObject.Spec.Hostname != "10.1.2.3" || *p.PodObject.Spec.TerminationGracePeriodSeconds != 5 {
			t.Errorf("%+v: %+v", p, p.PodObject.Spec)
		}
		if j := written[1]; j.Name != "Job" || j.Pod != "" || j.PodObject.Name != "j" || j.PodObject.Spec.RestartPolicy != "Never" {
			t.Errorf("%+v: %+v", j, j.PodObject.Spec)
		}
	})
}

// TestWrittenIsNoPod: what cannot be a pod is not sent, and the error names it.
func TestWrittenIsNoPod(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.fixture = []*unstructured.Unstructured{object(t, "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostNetwork: maybe}}")}
		if err := Create().Do(ctx, b.Execution); err == nil {
			t.Error("no error")
		}
		b.expectSteps(t, "create p begin", `create p end unrecognized type: bool`)
	})
}
