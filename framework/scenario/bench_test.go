package scenario

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

const label = "prestop.x"

// A bench is an execution without a cluster: the recording holds what the test
// puts into it, time is that of a synctest bubble.
type bench struct {
	*Execution
	client  *fake.Clientset
	dynamic *dynamicfake.FakeDynamicClient
}

func inBubble(t *testing.T, test func(t *testing.T, ctx context.Context, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		b := &bench{client: quietClient(), dynamic: dynamicfake.NewSimpleDynamicClient(scheme.Scheme)}
		r, err := recorder.Start(ctx, b.client, "space")
		if err != nil {
			t.Fatal(err)
		}
		mapper := meta.NewDefaultRESTMapper(nil)
		for _, kind := range []string{"Pod", "Service"} {
			mapper.Add(corev1.SchemeGroupVersion.WithKind(kind), meta.RESTScopeNamespace)
		}
		b.Execution = &Execution{Client: b.client, Dynamic: b.dynamic, Mapper: mapper, Namespace: "space",
			Recording: r.Open(label, history.Header{Started: time.Now()})}
		test(t, ctx, b)
	})
}

// quietClient is a clientset whose watches bring nothing.
func quietClient() *fake.Clientset {
	client := fake.NewClientset()
	client.PrependWatchReactor("*", func(clienttesting.Action) (bool, watch.Interface, error) {
		return true, watch.NewRaceFreeFake(), nil
	})
	return client
}

// version puts a version of a pod into the recording.
func (b *bench) version(pod *corev1.Pod) {
	b.Recording.Append(history.NewPodEvent("MODIFIED", pod, time.Now()))
}

// kubeEvent puts an Event about a pod into the recording.
func (b *bench) kubeEvent(pod, reason, message string) {
	b.Recording.Append(history.NewKubeEvent(&corev1.Event{Reason: reason, Message: message, InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: pod}}, time.Now()))
}

// steps lists what the recording says of steps: name, pod, phase, error.
func (b *bench) steps() (lines []string) {
	b.Recording.Read(func(h *history.History) {
		for _, e := range h.Events {
			if e.Kind == history.KindStep {
				lines = append(lines, strings.Join(strings.Fields(e.Name+" "+e.Pod+" "+e.Fields["phase"]+" "+e.Fields["error"]), " "))
			}
		}
	})
	return lines
}

func (b *bench) expectSteps(t *testing.T, want ...string) {
	t.Helper()
	if got := b.steps(); !slices.Equal(got, want) {
		t.Errorf("steps:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func podNamed(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "space", UID: types.UID("uid-" + name),
		Labels: map[string]string{recorder.ScenarioLabel: label}}}
}

func withState(name string, state corev1.ContainerState) *corev1.Pod {
	p := podNamed(name)
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", ContainerID: "containerd://" + name, State: state}}
	return p
}

func running(name string) *corev1.Pod {
	return withState(name, corev1.ContainerState{Running: &corev1.ContainerStateRunning{}})
}

func waiting(name, reason, message string) *corev1.Pod {
	return withState(name, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}})
}

func never(*history.History) bool { return false }
