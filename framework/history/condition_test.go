package history_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

func TestConditions(t *testing.T) {
	pending := ht.Pod("p", ht.Phase("Pending"), ht.Waiting("app", 0, "CrashLoopBackOff", ""), ht.Before(0, 3, 0))
	running := ht.Pod("p", ht.Ready("True"), ht.Running("app", 0, 0), ht.Deleting(time.Second, 30))
	restarted := ht.Pod("p", ht.Ready("False"), reason("ContainersNotReady"), ht.Running("app", 1, 0), ht.Before(0, 3, 0))
	ended := ht.Pod("p", ht.Phase("Succeeded"), ht.Terminated("app", 0, 0, time.Second))
	init := ht.Pod("p", ht.Running("app", 0, 0), asInit)
	startedFalse := ht.Pod("p", ht.Running("app", 0, 0), func(p *corev1.Pod) {
		no := false
		p.Status.ContainerStatuses[0].Started, p.Status.ContainerStatuses[0].Ready = &no, false
	})
	pods := map[string]*corev1.Pod{"pending": pending, "running": running, "restarted": restarted, "ended": ended, "init": init, "startedFalse": startedFalse}
	for _, tc := range []struct {
		c    Condition
		what string
		of   []string // the pods of which it is true
	}{
		{Phase("Pending"), "phase [Pending]", []string{"pending"}},
		{Phase("Pending", "Succeeded"), "phase [Pending Succeeded]", []string{"pending", "ended"}},
		{Deleting(), "a deletionTimestamp", []string{"running"}},
		{DeletingWithGrace(30), "deletionGracePeriodSeconds 30", []string{"running"}},
		{DeletingWithGrace(29), "deletionGracePeriodSeconds 29", nil},
		{PodReady(), "condition Ready=True", []string{"running"}},
		{PodConditionIs(corev1.PodReady, "False", ""), "condition Ready=False", []string{"restarted"}},
		{PodConditionIs(corev1.PodReady, "False", "ContainersNotReady"), "condition Ready=False (ContainersNotReady)", []string{"restarted"}},
		{PodConditionIs(corev1.PodReady, "False", "PodCompleted"), "condition Ready=False (PodCompleted)", nil},
		{ContainerRunning("app"), "state running of container app", []string{"running", "restarted", "init", "startedFalse"}},
		{ContainerRunning("side"), "state running of container side", nil},
		{ContainerReady("app"), "ready of container app", []string{"running", "restarted", "init"}},
		{ContainerStarted("app"), "started of container app", []string{"running", "restarted", "init"}},
		{Restarts("app", 1), "restartCount 1 of container app", []string{"restarted"}},
		{Restarts("app", 0), "restartCount 0 of container app", []string{"pending", "running", "ended", "init", "startedFalse"}},
		{Restarted("app"), "a restartCount above 0 of container app", []string{"restarted"}},
		{LastEnded("app", 3), "lastState.terminated with exit code 3 of container app", []string{"restarted"}}, // pending: it is still the present one
		{LastEnded("app", 0), "lastState.terminated with exit code 0 of container app", nil},
		{Ended("app", 0, "Completed"), "state.terminated with exit code 0, reason Completed, times and containerID of container app", []string{"ended"}},
		{Ended("app", 1, "Completed"), "state.terminated with exit code 1, reason Completed, times and containerID of container app", nil},
		{Ended("app", 0, "Error"), "state.terminated with exit code 0, reason Error, times and containerID of container app", nil},
		{Not(Phase("Running")), "not phase [Running]", []string{"pending", "ended"}},
		{PodReady().And(Deleting()), "condition Ready=True and a deletionTimestamp", []string{"running"}},
		{PodReady().And(Phase("Pending")), "condition Ready=True and phase [Pending]", nil},
	} {
		t.Run(tc.what, func(t *testing.T) {
			if tc.c.What != tc.what {
				t.Errorf("it calls itself %q", tc.c.What)
			}
			want := map[string]bool{}
			for _, name := range tc.of {
				want[name] = true
			}
			for name, pod := range pods {
				if tc.c.Is(pod) != want[name] {
					t.Errorf("of %s: %t, want %t", name, tc.c.Is(pod), want[name])
				}
			}
		})
	}
}

// reason sets the reason of the condition that was set last.
func reason(text string) ht.PodOption {
	return func(p *corev1.Pod) { p.Status.Conditions[len(p.Status.Conditions)-1].Reason = text }
}

func TestEndedWantsEveryField(t *testing.T) {
	c := Ended("app", 0, "Completed")
	for name, remove := range map[string]func(*corev1.ContainerStateTerminated){
		"startedAt":   func(t *corev1.ContainerStateTerminated) { t.StartedAt.Reset() },
		"finishedAt":  func(t *corev1.ContainerStateTerminated) { t.FinishedAt.Reset() },
		"containerID": func(t *corev1.ContainerStateTerminated) { t.ContainerID = "" },
	} {
		pod := ht.Pod("p", ht.Terminated("app", 0, 0, time.Second))
		if !c.Is(pod) {
			t.Fatal("the whole status must do")
		}
		remove(pod.Status.ContainerStatuses[0].State.Terminated)
		if c.Is(pod) {
			t.Errorf("true without %s", name)
		}
	}
}
