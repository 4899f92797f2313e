package scenario

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestEvictPods(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		for _, name := range []string{"p", "q"} {
			_ = b.client.Tracker().Add(podNamed(name))
			b.version(podNamed(name))
		}
		do(t, ctx, b, EvictPods([]string{"q"}, DryRun()))
		b.expectSteps(t, "evict q begin", "evict q end")
	})
}

func TestAwaitBudget(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		budget := &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: "budget", Namespace: "space", Generation: 1}}
		_ = b.client.Tracker().Add(budget)
		begin := time.Now()
		time.AfterFunc(3*time.Second, func() {
			counted := budget.DeepCopy()
			counted.Status.ObservedGeneration, counted.Status.CurrentHealthy = 1, 1
			_ = b.client.Tracker().Update(policyv1.SchemeGroupVersion.WithResource("poddisruptionbudgets"), counted, "space")
		})
		do(t, ctx, b, AwaitBudget("budget", 1))
		if took := time.Since(begin); took < 3*time.Second || took > 4*time.Second {
			t.Errorf("it waited for %s", took)
		}
		err := AwaitBudget("budget", 2).Do(ctx, b.Execution)
		if err == nil || !strings.HasPrefix(err.Error(), "wait until budget budget counts 2 healthy pods: ") {
			t.Errorf("error %v", err)
		}
		if err := AwaitBudget("none", 1).Do(ctx, b.Execution); err == nil || !strings.Contains(err.Error(), `"none" not found`) {
			t.Errorf("error %v", err)
		}
	})
}

func TestChange(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		service := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Service",
			"metadata": map[string]any{"name": "s", "namespace": "space"}}}
		b.fixture = []*unstructured.Unstructured{service}
		_ = b.dynamic.Tracker().Add(service)
		do(t, ctx, b, Change("Service", "s", `{"spec":{"type":"ClusterIP"}}`))
		b.expectSteps(t, "change begin", "change end")
		if err := Change("Job", "s", "{}").Do(ctx, b.Execution); err == nil || err.Error() != "change Job s: the fixture has none" {
			t.Errorf("error %v", err)
		}
	})
}

func TestSeries(t *testing.T) {
	got := series(`# HELP a_total about it
# TYPE a_total counter
a_total 3
b_total{code="x y",kind="z"} 12
c_total 1
broken
`, []string{"a_total", "b_total"})
	var lines []string
	for name, value := range got {
		lines = append(lines, name+"="+value)
	}
	slices.Sort(lines)
	if want := []string{"a_total=3", `b_total{code="x y",kind="z"}=12`}; !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
}
