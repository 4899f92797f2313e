package scenario

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/hookcheck/hookcheck/framework/history"
)

func TestEnvironment(t *testing.T) {
	for _, tc := range []struct {
		name string
		fill func(b *bench)
		want string
	}{
		{"nothing was recorded", func(*bench) {}, ""},
		{"it runs", func(b *bench) { b.version(running("p")) }, ""},
		{"it ran once", func(b *bench) { b.version(running("p")); b.version(waiting("p", "ErrImagePull", "gone")) }, ""},
		{"it has ended", func(b *bench) {
			b.version(withState("p", corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1}}))
		}, ""},
		{"it was started, though no version shows it", func(b *bench) { b.version(podNamed("p")); b.kubeEvent("p", "Started", "Container started") }, ""},
		{"a hook was run in it, started or not", func(b *bench) {
			b.version(waiting("p", "RunContainerError", "no such process"))
			b.kubeEvent("p", "FailedPostStartHook", "PostStartHook failed")
		}, ""},
		{"a preStop hook", func(b *bench) { b.version(podNamed("p")); b.kubeEvent("p", "FailedPreStopHook", "PreStopHook failed") }, ""},
		{"another pod's hook is not its own", func(b *bench) {
			b.version(running("q"))
			b.version(podNamed("p"))
			b.kubeEvent("q", "FailedPostStartHook", "PostStartHook failed")
		}, "pod p never started, and no event says why"},
		{"no reason", func(b *bench) { b.version(waiting("p", "ContainerCreating", "")) }, "pod p never started, and no event says why"},
		{"the image, each reason once", func(b *bench) {
			b.version(waiting("p", "ImagePullBackOff", "back-off"))
			b.version(waiting("p", "ErrImagePull", "not found"))
			b.version(waiting("p", "ImagePullBackOff", "back-off"))
			b.kubeEvent("p", "Failed", "some other Event")
		}, "pod p never started, the image cannot be had: ErrImagePull: not found; ImagePullBackOff: back-off"},
		{"no node", func(b *bench) {
			b.version(podNamed("p"))
			b.kubeEvent("p", "FailedScheduling", "0/1 nodes are available")
		}, "pod p never started: FailedScheduling: 0/1 nodes are available"},
		{"another pod's reasons are not its own", func(b *bench) {
			b.version(running("q"))
			b.version(podNamed("p"))
			b.kubeEvent("q", "FailedMount", "no such volume")
		}, "pod p never started, and no event says why"},
		{"the second of two", func(b *bench) {
			b.version(running("p"))
			b.version(waiting("q", "CreateContainerConfigError", "no such key"))
		}, "pod q never started: CreateContainerConfigError: no such key"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context, b *bench) {
				tc.fill(b)
				b.Recording.Read(func(h *history.History) {
					got := ""
					if err := environment(h); err != nil {
						got = err.Error()
					}
					if got != tc.want {
						t.Errorf("%q, want %q", got, tc.want)
					}
				})
			})
		})
	}
}

func TestAwaitExpiry(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.version(running("p"))
		begin := time.Now()
		if err := b.await(ctx, "await rain", 7*time.Second, never); err != nil {
			t.Errorf("what the cluster does is no error: %v", err)
		}
		if d := time.Since(begin); d != 7*time.Second {
			t.Errorf("waited %s", d)
		}
		b.expectSteps(t, "await rain begin", "await rain end not within 7s")
		b.Recording.Read(func(h *history.History) {
			if e := h.First(history.StepBegin("await rain")); e.Fields["within"] != "7s" {
				t.Errorf("fields %v", e.Fields)
			}
		})
	})
}

func TestAwaitBlamesTheEnvironment(t *testing.T) {
	for _, tc := range []struct {
		name   string
		pod    *corev1.Pod
		within time.Duration
		waited time.Duration
		want   string
	}{
		{"it never started", waiting("p", "CreateContainerConfigError", "no such key"), time.Minute, time.Minute,
			"pod p never started: CreateContainerConfigError: no such key"},
		{"an image that cannot be had ends the wait early", waiting("p", "ErrImagePull", "not found"), time.Minute, hopeless,
			"pod p never started, the image cannot be had: ErrImagePull: not found"},
		{"but a shorter wait is not prolonged", waiting("p", "ErrImagePull", "not found"), time.Second, time.Second,
			"pod p never started, the image cannot be had: ErrImagePull: not found"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
				b.version(tc.pod)
				begin := time.Now()
				err := b.await(ctx, "await rain", tc.within, never)
				if err == nil || err.Error() != tc.want {
					t.Errorf("error %v", err)
				}
				if d := time.Since(begin); d != tc.waited {
					t.Errorf("waited %s, want %s", d, tc.waited)
				}
				if steps := b.steps(); len(steps) != 2 || !strings.HasPrefix(steps[1], "await rain end not within ") {
					t.Errorf("steps %q", steps)
				}
			})
		})
	}
}

// TestAwaitForgivesAPull: the kubelet's next try may succeed.
func TestAwaitForgivesAPull(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		b.version(waiting("p", "ErrImagePull", "timeout"))
		time.AfterFunc(hopeless-time.Second, func() { b.version(running("p")) })
		begin := time.Now()
		if err := b.await(ctx, "await rain", time.Minute, never); err != nil || time.Since(begin) != time.Minute {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}

func TestAwaitHolds(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		time.AfterFunc(time.Second, func() { b.Recording.Note("rain", "", "", nil) })
		begin := time.Now()
		err := b.await(ctx, "await rain", time.Minute, func(h *history.History) bool { return h.First(history.Note("rain")) != nil })
		if err != nil || time.Since(begin) != time.Second {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
		b.expectSteps(t, "await rain begin", "await rain end")
	})
}

func TestInterruptEndsTheScenario(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(time.Second, func() { cancel(errors.New("interrupted by the user")) })
		s := &Scenario{Name: "poststart/endpoints", Steps: []Step{Await(history.Log(), time.Minute), Observe(time.Hour)}}
		err := s.Run(ctx, b.Execution, Preparation{})
		if err == nil || err.Error() != "await log: interrupted by the user" {
			t.Errorf("error %v", err)
		}
		b.expectSteps(t, "await log begin", "await log end context canceled")
	})
}

func TestRunNamesTheStep(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		var done []string
		step := func(name string, err error) Step {
			return Step{Text: name, Do: func(context.Context, *Execution) error { done = append(done, name); return err }}
		}
		why := errors.New("why")
		s := &Scenario{Name: "poststart/endpoints", Steps: []Step{step("one", nil), step("two", why), step("three", nil)}}
		err := s.Run(ctx, b.Execution, Preparation{})
		if !errors.Is(err, why) || err.Error() != "two: why" || !slices.Equal(done, []string{"one", "two"}) {
			t.Errorf("%v after %q", err, done)
		}
		if err := (&Scenario{Name: "no/fixture"}).Run(ctx, b.Execution, Preparation{}); err == nil || !strings.Contains(err.Error(), "has no fixture") {
			t.Errorf("error %v", err)
		}
	})
}
