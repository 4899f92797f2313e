package scenario

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/history"
)

func do(t *testing.T, ctx context.Context, b *bench, steps ...Step) {
	t.Helper()
	for _, s := range steps {
		if err := s.Do(ctx, b.Execution); err != nil {
			t.Errorf("%s: %v", s.Text, err)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, tc := range []struct {
		step Step
		want string
	}{
		{Create(), "create"},
		{Create("p", "q"), "create p, q"},
		{AwaitReady(), "await readiness"},
		{AwaitReady("p"), "await readiness p"},
		{Await(history.Removed().Of("p"), 0), "await removal of the pod object in p"},
		{AwaitFor("rain", 0, never), "await rain"},
		{Observe(2 * time.Second), "observe for 2s"},
		{Delete(), "delete"},
		{DeletePods([]string{"p"}), "delete p"},
		{Evict(), "evict"},
		{AwaitTerminated("p"), "await termination p"},
		{Release(), "release"},
		{FollowLog("p", "app"), "follow the log of p/app"},
		{AwaitLog(), "await log"},
		{Exec("p", "app", "cat", "/x"), "run cat /x in p"},
	} {
		if tc.step.Text != tc.want {
			t.Errorf("%q, want %q", tc.step.Text, tc.want)
		}
	}
}

func TestCreate(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		stamp := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
		thing := func(kind, name string) *unstructured.Unstructured {
			o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": kind, "metadata": map[string]any{"name": name}}}
			o.SetCreationTimestamp(metav1.NewTime(stamp))
			return o
		}
		b.fixture = []*unstructured.Unstructured{thing("Service", "s"), thing("Pod", "p"), thing("Pod", "q")}
		created := 0
		b.Created = func(at, begin, end time.Time) {
			if created++; !at.Equal(stamp) || end.Before(begin) {
				t.Errorf("created at %v between %v and %v", at, begin, end)
			}
		}
		do(t, ctx, b, Create("s", "p"))
		b.expectSteps(t, "create begin", "create end", "create p begin", "create p end")
		if created != 1 {
			t.Errorf("told of %d pods", created)
		}
		if pods := b.pods(nil); !slices.Equal(pods, []string{"p"}) {
			t.Errorf("pods %q", pods)
		}
		if err := Create("p").Do(ctx, b.Execution); err == nil || err.Error() != `create Pod p: pods "p" already exists` {
			t.Errorf("error %v", err)
		}
		b.fixture = []*unstructured.Unstructured{thing("Strange", "x")}
		if err := Create().Do(ctx, b.Execution); err == nil || err.Error() != `create Strange x: no matches for kind "Strange" in version "v1"` {
			t.Errorf("error %v", err)
		}
	})
}

func TestPods(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context, b *bench) {
		b.Recording.Step("create", "created", nil)(nil)
		b.version(podNamed("of-a-job"))
		if pods := b.pods(nil); !slices.Equal(pods, []string{"of-a-job", "created"}) {
			t.Errorf("pods %q", pods)
		}
		if pods := b.pods([]string{"named"}); !slices.Equal(pods, []string{"named"}) {
			t.Errorf("pods %q", pods)
		}
	})
}

func ready(name string, status corev1.ConditionStatus) *corev1.Pod {
	p := running(name)
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}, {Type: corev1.PodReady, Status: status}}
	return p
}

func TestAwaitReady(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.Recording.Step("create", "p", nil)(nil)
		b.Recording.Step("create", "q", nil)(nil)
		go func() {
			for _, pod := range []*corev1.Pod{running("p"), ready("p", "False"), ready("p", "True"), ready("q", "True")} {
				time.Sleep(time.Second)
				b.version(pod)
			}
		}()
		begin := time.Now()
		do(t, ctx, b, AwaitReady("p"))
		if d := time.Since(begin); d != 3*time.Second+settle {
			t.Errorf("p took %s", d)
		}
		do(t, ctx, b, AwaitReady())
		if d := time.Since(begin); d != 4*time.Second+settle {
			t.Errorf("both took %s", d)
		}
	})
}

func TestObserve(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		begin := time.Now()
		do(t, ctx, b, Observe(5*time.Second))
		if d := time.Since(begin); d != 5*time.Second {
			t.Errorf("observed for %s", d)
		}
		b.expectSteps(t, "observe begin", "observe end")
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := Observe(time.Hour).Do(ctx, b.Execution); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

func TestDelete(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		_ = b.client.Tracker().Add(podNamed("p"))
		b.version(podNamed("p"))
		b.version(podNamed("gone"))
		do(t, ctx, b, Delete(Grace(15*time.Second)))
		b.expectSteps(t, "delete p begin", "delete p end", "delete gone begin", `delete gone end pods "gone" not found`)
		b.Recording.Read(func(h *history.History) {
			if e := h.First(history.StepBegin("delete")); e.Fields["grace"] != "15s" {
				t.Errorf("fields %v", e.Fields)
			}
		})
		for _, a := range b.client.Actions() {
			if d, ok := a.(clienttesting.DeleteActionImpl); ok && (d.DeleteOptions.GracePeriodSeconds == nil || *d.DeleteOptions.GracePeriodSeconds != 15) {
				t.Errorf("delete options %+v", d.DeleteOptions)
			}
		}
		b.client.PrependReactor("delete", "pods", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no") })
		if err := DeletePods([]string{"p"}).Do(ctx, b.Execution); err == nil || err.Error() != "delete pod p: no" {
			t.Errorf("error %v", err)
		}
	})
}

func TestEvict(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		_ = b.client.Tracker().Add(podNamed("p"))
		b.version(podNamed("p"))
		do(t, ctx, b, Evict(Grace(2*time.Second)))
		b.expectSteps(t, "evict p begin", "evict p end")
		b.client.PrependReactor("create", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
			return true, nil, apierrors.NewTooManyRequests("the disruption budget", 1)
		})
		if err := Evict().Do(ctx, b.Execution); err == nil || err.Error() != "evict pod p: the disruption budget" {
			t.Errorf("error %v", err)
		}
	})
}

// done is a pod with which the kubelet is done.
func done(name string) *corev1.Pod {
	p := withState(name, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}})
	p.Status.Phase = corev1.PodSucceeded
	return p
}

func TestIsDone(t *testing.T) {
	failedButRunning := running("p")
	failedButRunning.Status.Phase = corev1.PodFailed
	for _, tc := range []struct {
		name string
		fill func(b *bench)
		want bool
	}{
		{"never seen", func(*bench) {}, false},
		{"running", func(b *bench) { b.version(running("p")) }, false},
		{"failed while a container runs", func(b *bench) { b.version(failedButRunning) }, false},
		{"done", func(b *bench) { b.version(done("p")) }, true},
		{"removed", func(b *bench) { b.Recording.Append(history.NewPodEvent("DELETED", running("p"), time.Now())) }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context, b *bench) {
				tc.fill(b)
				b.Recording.Read(func(h *history.History) {
					if isDone(h, "p") != tc.want {
						t.Errorf("want %t", tc.want)
					}
				})
			})
		})
	}
}

func TestAwaitTerminated(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		pod, grace := running("p"), int64(30)
		pod.DeletionGracePeriodSeconds = &grace
		b.version(pod)
		begin := time.Now()
		do(t, ctx, b, AwaitTerminated())
		if d := time.Since(begin); d != 30*time.Second+afterGrace {
			t.Errorf("waited %s", d)
		}
		b.version(running("q"))
		begin = time.Now()
		do(t, ctx, b, AwaitTerminated("q"))
		if d := time.Since(begin); d != afterCompletion {
			t.Errorf("without a grace period waited %s", d)
		}
		b.version(done("p"))
		b.version(done("q"))
		begin = time.Now()
		do(t, ctx, b, AwaitTerminated())
		if d := time.Since(begin); d != 0 {
			t.Errorf("waited %s for what was done", d)
		}
	})
}

// TestGraceBeforeTheVersion: what Delete was answered is known before the watch
// tells of it.
func TestGraceBeforeTheVersion(t *testing.T) {
	for _, tc := range []struct {
		name   string
		delete []DeleteOption
		spec   int64
		within time.Duration
	}{
		{"the request's", []DeleteOption{Grace(90 * time.Second)}, 70, 90*time.Second + afterGrace},
		{"the spec's", nil, 70, 70*time.Second + afterGrace},
		{"none", nil, 0, afterCompletion},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
				pod := running("p")
				if tc.spec != 0 {
					pod.Spec.TerminationGracePeriodSeconds = &tc.spec
				}
				b.version(pod)
				b.version(running("p")) // later versions are recorded without the spec
				_ = b.client.Tracker().Add(pod.DeepCopy())
				do(t, ctx, b, DeletePods([]string{"p"}, tc.delete...))
				begin := time.Now()
				do(t, ctx, b, AwaitTerminated("p"))
				if d := time.Since(begin); d != tc.within {
					t.Errorf("waited %s", d)
				}
			})
		})
	}
}

func TestRelease(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		pod := podNamed("p")
		pod.Finalizers = []string{Finalizer}
		_ = b.client.Tracker().Add(pod.DeepCopy())
		b.version(pod)
		time.AfterFunc(time.Second, func() { b.Recording.Append(history.NewPodEvent("DELETED", pod, time.Now())) })
		do(t, ctx, b, Release())
		b.expectSteps(t, "release p begin", "release p end", "await removal begin", "await removal end")
		if p, err := b.client.CoreV1().Pods("space").Get(ctx, "p", metav1.GetOptions{}); err != nil || len(p.Finalizers) != 0 {
			t.Errorf("finalizers %q, %v", p.Finalizers, err)
		}
		b.client.PrependReactor("get", "pods", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no") })
		if err := Release().Do(ctx, b.Execution); err == nil || err.Error() != "remove the finalizer of pod p: no" {
			t.Errorf("error %v", err)
		}
	})
}

func TestFollowLog(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		do(t, ctx, b, FollowLog("p", "app"), AwaitLog())
		synctest.Wait()
		b.Recording.Read(func(h *history.History) {
			e := h.First(history.Log().Of("p").In("app"))
			if e == nil || e.Fields["text"] != "fake logs" { // as client-go's fake has it
				t.Errorf("log %+v", e)
			}
		})
	})
}

// TestFollowLogKnowsItsInstance: the log may be read to its end after the
// version of the pod that shows the end.
func TestFollowLogKnowsItsInstance(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		again := running("p")
		again.Status.ContainerStatuses[0].RestartCount = 2
		b.version(again)
		do(t, ctx, b, FollowLog("p", "app"), AwaitLog())
		b.Recording.Read(func(h *history.History) {
			if h.First(history.Log().Instance(3)) == nil {
				t.Error("it is the log of the third instance")
			}
		})
	})
}

// TestPodsThatComeLater: no pod is not every pod.
func TestPodsThatComeLater(t *testing.T) {
	for _, step := range []Step{AwaitReady(), AwaitTerminated()} {
		inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
			time.AfterFunc(time.Second, func() { p := ready("of-a-job", "True"); b.version(p); b.version(done("of-a-job")) })
			if step.Text == "await readiness" {
				time.AfterFunc(2*time.Second, func() { b.version(ready("of-a-job", "True")) })
			}
			begin := time.Now()
			do(t, ctx, b, step)
			if d := time.Since(begin); d < time.Second || d > 2*time.Second+settle {
				t.Errorf("%s took %s", step.Text, d)
			}
		})
	}
}
