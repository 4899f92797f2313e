package run

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

func waitingPod(reason, message string) *corev1.Pod {
	return &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "registry.example/agent:v1"}}},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: "app",
			State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}}}}}
}

func TestStuck(t *testing.T) {
	scheduled := func(status corev1.ConditionStatus) *corev1.Pod {
		return &corev1.Pod{Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: status, Message: "0/1 nodes are available"}}}}
	}
	const noImage = "image registry.example/agent:v1 cannot be pulled"
	for _, tc := range []struct {
		name string
		pod  *corev1.Pod
		want string
	}{
		{"nothing known", &corev1.Pod{}, ""},
		{"scheduled", scheduled(corev1.ConditionTrue), ""},
		{"not scheduled", scheduled(corev1.ConditionFalse), "no node takes it: 0/1 nodes are available"},
		{"being created", waitingPod("ContainerCreating", ""), ""},
		{"being initialized", waitingPod("PodInitializing", ""), ""},
		{"a pull that failed", waitingPod("ErrImagePull", "not found"), noImage},
		{"the same, waiting", waitingPod("ImagePullBackOff", "back-off"), noImage},
		{"a name that is none", waitingPod("InvalidImageName", "x"), noImage},
		{"another reason", waitingPod("CreateContainerConfigError", "runAsNonRoot"), "CreateContainerConfigError: runAsNonRoot"},
	} {
		if got := stuck(tc.pod); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// play makes the first pod pass through states, one a second; the last stays.
func (b *bench) play(states ...*corev1.Pod) {
	var begin time.Time
	b.client.PrependReactor("get", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
		if begin.IsZero() {
			begin = time.Now()
		}
		p := states[min(int(time.Since(begin)/time.Second), len(states)-1)].DeepCopy()
		p.Name, p.Namespace, p.Spec.NodeName = a.(clienttesting.GetAction).GetName(), "hookcheck-k7", "node-1"
		return true, p, nil
	})
}

func runningPod() *corev1.Pod {
	p := waitingPod("", "")
	p.Status.ContainerStatuses[0].State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(time.Now().Truncate(time.Second))}}
	return p
}

func TestAwaitFirstPod(t *testing.T) {
	creating, noPull := waitingPod("ContainerCreating", ""), waitingPod("ErrImagePull", "not found")
	backOff := waitingPod("ImagePullBackOff", "back-off")
	ended := &corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: ": low on memory"}}
	for _, tc := range []struct {
		name   string
		states []*corev1.Pod
		events []string
		waited time.Duration
		want   string
	}{
		{"it runs", []*corev1.Pod{creating, runningPod()}, nil, time.Second, ""},
		{"a pull that succeeds at the next try", []*corev1.Pod{noPull, backOff, creating, runningPod()}, nil, 3 * time.Second, ""},
		{"an image that cannot be pulled", []*corev1.Pod{creating, noPull, backOff, noPull, backOff}, nil, time.Second + hopeless,
			"the first pod cannot start: image registry.example/agent:v1 cannot be pulled\n" +
				"Push the image to a registry that the nodes reach (`hookcheck images push`) and name it with --image agent=REFERENCE; --kind loads it from the directory images beside the binary (`make images`)"},
		{"a reason that stays", []*corev1.Pod{waitingPod("CreateContainerConfigError", "no such key")}, nil, hopeless,
			"the first pod cannot start: CreateContainerConfigError: no such key"},
		{"it ends at once", []*corev1.Pod{creating, ended}, nil, time.Second, "the first pod ended at once: phase Failed, Evicted: low on memory"},
		{"nothing happens", []*corev1.Pod{creating}, nil, preflightWithin,
			"the first pod did not run within 1m30s: it has no events (is there a node, and does its kubelet run?)"},
		{"nothing happens, and its events tell why", []*corev1.Pod{creating}, []string{"FailedMount: no such volume", "FailedMount: no such volume", "Cause: b"}, preflightWithin,
			"the first pod did not run within 1m30s: Cause: b; FailedMount: no such volume"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				b := newBench(t)
				b.play(tc.states...)
				for i, text := range tc.events {
					reason, message, _ := strings.Cut(text, ": ")
					_ = b.client.Tracker().Add(&corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: string(rune('a' + i)), Namespace: "hookcheck-k7"}, Reason: reason, Message: message})
				}
				begin, got := time.Now(), ""
				p, err := b.awaitFirstPod(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "preflight", Namespace: "hookcheck-k7"}})
				if err != nil {
					got = err.Error()
				} else if p.Status.ContainerStatuses[0].State.Running == nil {
					t.Errorf("got %+v", p)
				}
				if got != tc.want {
					t.Errorf("%q, want %q", got, tc.want)
				}
				if d := time.Since(begin); d < tc.waited || d > tc.waited+200*ms {
					t.Errorf("waited %s, want %s", d, tc.waited)
				}
			})
		})
	}
}

func TestAwaitFirstPodInterrupted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		b.play(waitingPod("ContainerCreating", ""))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errors.New("interrupted")) })
		if _, err := b.awaitFirstPod(ctx, &corev1.Pod{}); err == nil || err.Error() != "interrupted" {
			t.Errorf("error %v", err)
		}
		b.client.PrependReactor("get", "pods", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no") })
		if _, err := b.awaitFirstPod(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "preflight"}}); err == nil || err.Error() != "read pod preflight: no" {
			t.Errorf("error %v", err)
		}
	})
}

func node() *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"},
		Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v1.35.1"}}}
}

// TestPreflight goes without exec, which needs a real server.
func TestPreflight(t *testing.T) {
	const noExec = "warning: exec is not allowed: the node's clock is known to some seconds only, and more verdicts may be inconclusive"
	t.Run("all is well", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t)
			_ = b.client.Tracker().Add(node())
			b.play(runningPod())
			if err := b.preflight(t.Context()); err != nil {
				t.Fatal(err)
			}
			if b.Node.Name != "node-1" || b.prepare.Node != "node-1" || b.Facts.Kubelet != "v1.35.1" || b.Facts.Server != "v1.36.4" {
				t.Errorf("node %s, pinned to %s, facts %+v", b.Node.Name, b.prepare.Node, b.Facts)
			}
			for need, want := range map[requirement.Need]string{
				requirement.NeedExec: "not allowed to create pods/exec in namespace hookcheck-k7",
				requirement.NeedDNS:  "Service kube-dns in kube-system has no ready endpoint",
				requirement.NeedNode: "this run cannot run commands on nodes",
			} {
				if b.Facts.Missing[need] != want {
					t.Errorf("need %s: %q, want %q", need, b.Facts.Missing[need], want)
				}
			}
			if len(b.Facts.Missing) != 4 || b.Facts.Missing[requirement.NeedLogind] == "" || len(b.Facts.Gates) == 0 {
				t.Errorf("missing: %v; gates %v", b.Facts.Missing, b.Facts.Gates)
			}
			if offsets := b.clocks.offsets(); len(offsets) != 2 || offsets[history.NodeClock].High-offsets[history.NodeClock].Low > 2*time.Second {
				t.Errorf("offsets %v", offsets)
			}
			b.sink.expect(t, noExec)
			for _, line := range did(b.client) {
				if line == "delete pods preflight" {
					return
				}
			}
			t.Errorf("the first pod stays: %q", did(b.client))
		})
	})
	t.Run("nodes may not be read", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t)
			b.play(runningPod())
			if err := b.preflight(t.Context()); err != nil {
				t.Fatal(err)
			}
			if b.Node.Name != "node-1" || b.Node.Status.NodeInfo.KubeletVersion != "v1.36.4" || b.Facts.Kubelet != "v1.36.4" || b.prepare.Node != "node-1" {
				t.Errorf("%+v", b.Node)
			}
			b.sink.expect(t, `warning: node node-1 cannot be read (nodes "node-1" not found): the API server's version is taken for the kubelet's`, noExec)
		})
	})
	t.Run("a kubelet of another kind", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t)
			other := node()
			other.Status.NodeInfo.KubeletVersion = "kwok-0.8.0"
			_ = b.client.Tracker().Add(other)
			b.play(runningPod())
			if err := b.preflight(t.Context()); err != nil {
				t.Fatal(err)
			}
			if b.Facts.Kubelet != "v1.36.4" || b.header("a/b").KubeletVersion != "v1.36.4" || b.Node.Status.NodeInfo.KubeletVersion != "kwok-0.8.0" {
				t.Errorf("judged as %s, recorded as %s, shown as %s", b.Facts.Kubelet, b.header("a/b").KubeletVersion, b.Node.Status.NodeInfo.KubeletVersion)
			}
			b.sink.expect(t, `warning: node node-1 gives "kwok-0.8.0" as the version of its kubelet, which is none of Kubernetes: it is judged as v1.36.4`, noExec)
		})
	})
	t.Run("a node is asked for", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t)
			b.o.Node = "node-1"
			if err := b.preflight(t.Context()); err == nil || err.Error() != `--node: nodes "node-1" not found` {
				t.Errorf("error %v", err)
			}
			_ = b.client.Tracker().Add(node())
			b.play(runningPod())
			if err := b.preflight(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, a := range b.client.Actions() {
				if c, ok := a.(clienttesting.CreateAction); ok && a.GetResource().Resource == "pods" {
					p := c.GetObject().(*corev1.Pod)
					if a := p.Spec.Affinity; a == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchFields[0].Values[0] != "node-1" {
						t.Errorf("pod %s goes anywhere", p.Name)
					}
				}
			}
		})
	})
	t.Run("a runtime class is asked for", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t)
			b.o.RuntimeClass, b.prepare.RuntimeClass = "crun", "crun"
			if err := b.preflight(t.Context()); err == nil || err.Error() != `--runtime-class: runtimeclasses.node.k8s.io "crun" not found` {
				t.Errorf("error %v", err)
			}
			_ = b.client.Tracker().Add(&nodev1.RuntimeClass{ObjectMeta: metav1.ObjectMeta{Name: "crun"}, Handler: "crun"})
			_ = b.client.Tracker().Add(node())
			b.play(runningPod())
			if err := b.preflight(t.Context()); err != nil {
				t.Fatal(err)
			}
			pods := 0
			for _, a := range b.client.Actions() {
				if c, ok := a.(clienttesting.CreateAction); ok && a.GetResource().Resource == "pods" && c.GetSubresource() == "" {
					pods++
					if p := c.GetObject().(*corev1.Pod); p.Spec.RuntimeClassName == nil || *p.Spec.RuntimeClassName != "crun" {
						t.Errorf("pod %s has another runtime class", p.Name)
					}
				}
			}
			if pods == 0 {
				t.Error("no pod was created")
			}
			if h := b.header("x"); h.RuntimeClass != "crun" {
				t.Errorf("header %+v", h)
			}
		})
	})
	t.Run("runtime classes may not be read", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t)
			b.o.RuntimeClass = "crun"
			b.client.PrependReactor("get", "runtimeclasses", func(clienttesting.Action) (bool, runtime.Object, error) {
				return true, nil, apierrors.NewForbidden(nodev1.Resource("runtimeclasses"), "crun", errors.New("no"))
			})
			_ = b.client.Tracker().Add(node())
			b.play(runningPod())
			if err := b.preflight(t.Context()); err != nil {
				t.Error(err) // the API server has the last word
			}
		})
	})
	t.Run("no pod may be created", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t)
			b.client.PrependReactor("create", "pods", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("quota") })
			if err := b.preflight(t.Context()); err == nil || err.Error() != "create a first pod: quota" {
				t.Errorf("error %v", err)
			}
		})
	})
}
