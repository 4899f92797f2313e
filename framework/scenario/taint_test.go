package scenario

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clienttesting "k8s.io/client-go/testing"
)

// their is a taint that somebody else has put there.
var their = corev1.Taint{Key: "example.com/maintenance", Effect: corev1.TaintEffectNoSchedule}

// onNode is a bench with our pod on a node, and others beside it.
func onNode(t *testing.T, others []*corev1.Pod, test func(ctx context.Context, b *bench)) {
	t.Helper()
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.label = label
		ours := podNamed("p")
		ours.Spec.NodeName = "node-1"
		objects := []runtime.Object{ours, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"}, Spec: corev1.NodeSpec{Taints: []corev1.Taint{their}}}}
		for _, p := range others {
			objects = append(objects, p)
		}
		for _, o := range objects {
			if err := b.client.Tracker().Add(o); err != nil {
				t.Fatal(err)
			}
		}
		b.version(ours)
		test(ctx, b)
	})
}

func (b *bench) taints(t *testing.T) []corev1.Taint {
	t.Helper()
	node, err := b.client.CoreV1().Nodes().Get(t.Context(), "node-1", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return node.Spec.Taints
}

// tolerating is a pod of somebody else's on the node.
func tolerating(name string, list ...corev1.Toleration) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "theirs"}, Spec: corev1.PodSpec{NodeName: "node-1", Tolerations: list}}
}

func seconds(n int64) *int64 { return &n }

var (
	fromAdmission = corev1.Toleration{Key: corev1.TaintNodeUnreachable, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: seconds(300)}
	everything    = corev1.Toleration{Operator: corev1.TolerationOpExists}
)

// TestEvictByTaint: the node lifecycle controller takes the taint away; it is put
// there again, until the pod is being deleted, and what others put there stays.
func TestEvictByTaint(t *testing.T) {
	onNode(t, []*corev1.Pod{tolerating("a", fromAdmission), tolerating("b", everything)}, func(ctx context.Context, b *bench) {
		time.AfterFunc(time.Second, func() {
			if got := b.taints(t); len(got) != 2 || got[1] != ourTaint {
				t.Errorf("taints %v", got)
			}
			_ = b.setTaint(ctx, "node-1", false)
		})
		time.AfterFunc(3*time.Second, func() {
			if got := b.taints(t); len(got) != 2 {
				t.Errorf("not put there again: %v", got)
			}
			deleted := podNamed("p")
			now := metav1.Now()
			deleted.DeletionTimestamp = &now
			b.version(deleted)
		})
		do(t, ctx, b, EvictByTaint("p"))
		if got := b.taints(t); len(got) != 1 || got[0] != their {
			t.Errorf("left: %v", got)
		}
		b.expectSteps(t, "taint p begin", "taint p end")
		if len(b.undo) != 1 || b.undo[0](ctx) != nil {
			t.Error("Clean would not undo it")
		}
	})
}

// TestEvictByTaintInVain: that nothing follows is for the checks to judge.
func TestEvictByTaintInVain(t *testing.T) {
	onNode(t, nil, func(ctx context.Context, b *bench) {
		do(t, ctx, b, EvictByTaint("p"))
		b.expectSteps(t, "taint p begin", "taint p end the taint did not get the pod deleted within 1m30s")
		if got := b.taints(t); len(got) != 1 {
			t.Errorf("left: %v", got)
		}
	})
}

func TestEvictByTaintSparesOthers(t *testing.T) {
	short := fromAdmission
	short.TolerationSeconds = seconds(60)
	other := fromAdmission
	other.Effect = corev1.TaintEffectNoSchedule
	for _, list := range [][]corev1.Toleration{nil, {short}, {other}} {
		onNode(t, []*corev1.Pod{tolerating("a", list...)}, func(ctx context.Context, b *bench) {
			err := EvictByTaint("p").Do(ctx, b.Execution)
			if err == nil || err.Error() != "node node-1 is not tainted: pod theirs/a would be evicted too" {
				t.Errorf("%v: error %v", list, err)
			}
			b.expectSteps(t)
			if got := b.taints(t); len(got) != 1 {
				t.Errorf("taints %v", got)
			}
		})
	}
}

func TestEvictByTaintTells(t *testing.T) {
	for _, tc := range []struct{ verb, of, want string }{
		{"get", "pods", "find the node of pod p: no"},
		{"list", "pods", "list the pods of node node-1: no"},
		{"get", "nodes", "change the taints of node node-1: no"},
		{"patch", "nodes", "change the taints of node node-1: no"},
	} {
		onNode(t, nil, func(ctx context.Context, b *bench) {
			b.client.PrependReactor(tc.verb, tc.of, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no") })
			if err := EvictByTaint("p").Do(ctx, b.Execution); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("%s %s: error %v", tc.verb, tc.of, err)
			}
		})
	}
}
