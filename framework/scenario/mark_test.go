package scenario

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

func TestMark(t *testing.T) {
	for code, want := range map[string]string{"0": "", "2": "set mark go in pod p: exit code 2: bad"} {
		config, client, asked := execServer(t, "", "bad", exited(code))
		r, err := recorder.Start(t.Context(), quietClient(), "space")
		if err != nil {
			t.Fatal(err)
		}
		rec := r.Open(label, history.Header{Started: time.Now()})
		step := Mark("p", "app", "go")
		err = step.Do(t.Context(), &Execution{Config: config, Client: client, Namespace: "space", Recording: rec})
		if got := errorText(err); got != want || step.Text != "mark go in p" {
			t.Errorf("error %q, want %q; text %q", got, want, step.Text)
		}
		if len(*asked) != 1 || !strings.Contains((*asked)[0], "command=--mark%3Dgo") {
			t.Errorf("asked %q", *asked)
		}
		rec.Read(func(h *history.History) {
			if h.First(history.StepBegin("mark").Of("p").With("name", "go")) == nil || h.First(history.StepEnd("mark").Of("p").With("error", want)) == nil {
				t.Errorf("history %v", h.Events)
			}
		})
	}
}

// Only where the container has ended, and nobody can mark it, the scenario goes on.
func TestMarkEnded(t *testing.T) {
	pod := func(state corev1.ContainerState) *corev1.Pod {
		return &corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: "side"}, {Name: "app", State: state}}}}
	}
	for name, test := range map[string]struct {
		pod  *corev1.Pod
		want bool
	}{
		"no version":                {nil, false},
		"a container that runs":     {pod(corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}), false},
		"one that has ended":        {pod(corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}), true},
		"one that waits to restart": {pod(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}}), false},
	} {
		if got := ended(test.pod, "app"); got != test.want {
			t.Errorf("%s: ended is %t", name, got)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
