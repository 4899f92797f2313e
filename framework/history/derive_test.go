package history_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

func TestInstances(t *testing.T) {
	start := func(after time.Duration) string { return ht.Entry(after, "start") }
	for _, tc := range []struct {
		name     string
		versions []*corev1.Pod
		want     string
	}{
		{"one instance, seen from start to end",
			[]*corev1.Pod{
				ht.Pod("p", ht.Waiting("app", 0, "ContainerCreating", "")),
				ht.Pod("p", ht.Running("app", 0, time.Second)),
				ht.Pod("p", ht.Terminated("app", 0, 0, 2*time.Second, start(time.Second))),
			}, `
state waiting p/app#0
state running p/app#1
state terminated p/app#1
journal start p/app#1`},
		{"a restart: the end of the first instance is read from lastState, once",
			[]*corev1.Pod{
				ht.Pod("p", ht.Running("app", 0, time.Second)),
				ht.Pod("p", ht.Running("app", 1, 4*time.Second), ht.Before(0, 1, 3*time.Second, start(time.Second))),
				ht.Pod("p", ht.Terminated("app", 1, 0, 5*time.Second, start(4*time.Second)), ht.Before(0, 1, 3*time.Second, start(time.Second))),
			}, `
state running p/app#1
state terminated p/app#1
journal start p/app#1
state running p/app#2
state terminated p/app#2
journal start p/app#2`},
		{"lastState while waiting: restartCount has not grown yet",
			[]*corev1.Pod{
				ht.Pod("p", ht.Waiting("app", 0, "CrashLoopBackOff", "back-off 10s"), ht.Before(0, 1, 3*time.Second, start(time.Second))),
				ht.Pod("p", ht.Running("app", 1, 14*time.Second), ht.Before(0, 1, 3*time.Second, start(time.Second))),
			}, `
state terminated p/app#1
journal start p/app#1
state waiting p/app#0
state running p/app#2`},
		{"lastState while waiting for the third time",
			[]*corev1.Pod{
				ht.Pod("p", ht.Running("app", 1, 2*time.Second), ht.Before(0, 1, time.Second)),
				ht.Pod("p", ht.Waiting("app", 1, "CrashLoopBackOff", "back-off 20s"), ht.Before(1, 1, 3*time.Second)),
			}, `
state terminated p/app#1
state running p/app#2
state terminated p/app#2
state waiting p/app#0`},
		{"lastState while the next instance, already created, waits to be started",
			[]*corev1.Pod{
				ht.Pod("p", ht.Waiting("app", 1, "", ""), withID("containerd://p-app-1"), ht.Before(0, 1, time.Second, start(0))),
				ht.Pod("p", ht.Terminated("app", 1, 0, 2*time.Second), ht.Before(0, 1, time.Second, start(0))),
			}, `
state terminated p/app#1
journal start p/app#1
state waiting p/app#0
state terminated p/app#2`},
		{"an instance that no version showed is a defect",
			[]*corev1.Pod{
				ht.Pod("p", ht.Running("app", 0, time.Second)),
				ht.Pod("p", ht.Running("app", 3, 9*time.Second), ht.Before(2, 1, 8*time.Second)),
			}, `
state running p/app#1
defect unseen-instance p/app#1
defect unseen-instance p/app#2
state terminated p/app#3
state running p/app#4`},
		{"two containers are counted apart",
			[]*corev1.Pod{
				ht.Pod("p", ht.Running("app", 0, time.Second), ht.Running("side", 1, time.Second), ht.Before(0, 2, 0)),
				ht.Pod("p", ht.Terminated("app", 0, 0, 2*time.Second), ht.Running("side", 1, time.Second), ht.Before(0, 2, 0)),
			}, `
state running p/app#1
state terminated p/side#1
state running p/side#2
state terminated p/app#1`},
		{"the same reason to wait, with the same message, is told once",
			[]*corev1.Pod{
				ht.Pod("p", ht.Waiting("app", 0, "ErrImagePull", "not found")),
				ht.Pod("p", ht.Waiting("app", 0, "ErrImagePull", "not found")),
				ht.Pod("p", ht.Waiting("app", 0, "ErrImagePull", "timeout")),
			}, `
state waiting p/app#0
state waiting p/app#0`},
		{"an end without a container id",
			[]*corev1.Pod{
				ht.Pod("p", withoutIDs, ht.Terminated("app", 0, 137, 2*time.Second), withoutIDs),
				ht.Pod("p", withoutIDs, ht.Terminated("app", 0, 137, 2*time.Second), withoutIDs),
			}, `
state terminated p/app#1`},
		{"init containers too",
			[]*corev1.Pod{
				ht.Pod("p", ht.Terminated("init", 0, 0, time.Second, start(0)), asInit),
			}, `
state terminated p/init#1
journal start p/init#1`},
		{"a deletionTimestamp, once",
			[]*corev1.Pod{
				ht.Pod("p", ht.Deleting(time.Second, 30)),
				ht.Pod("p", ht.Deleting(time.Second, 1)),
			}, `
state deletion p/#0`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := ht.New("x")
			for i, pod := range tc.versions {
				b.Pod(time.Duration(i)*time.Second, pod)
			}
			if got := derivedOf(b.Done()); got != strings.TrimPrefix(tc.want, "\n")+"\n" {
				t.Errorf("derived:\n%swant:%s", got, tc.want)
			}
		})
	}
}

// withID sets the id of the container that was set last.
func withID(id string) ht.PodOption {
	return func(p *corev1.Pod) { p.Status.ContainerStatuses[len(p.Status.ContainerStatuses)-1].ContainerID = id }
}

// withoutIDs removes the container ids, as where the kubelet lost the container.
func withoutIDs(p *corev1.Pod) {
	for i := range p.Status.ContainerStatuses {
		cs := &p.Status.ContainerStatuses[i]
		cs.ContainerID, cs.State.Terminated.ContainerID = "", ""
	}
}

// asInit makes the containers init containers.
func asInit(p *corev1.Pod) {
	p.Status.InitContainerStatuses, p.Status.ContainerStatuses = p.Status.ContainerStatuses, nil
}

func TestStateFields(t *testing.T) {
	h := ht.New("x").
		Pod(0, ht.Pod("p", ht.Waiting("app", 0, "ErrImagePull", "not found"))).
		Pod(1500*ms, ht.Pod("p", ht.Running("app", 0, 1200*ms), ht.Deleting(1300*ms, 30))).
		Pod(3*time.Second, ht.Pod("p", ht.Terminated("app", 0, 137, 2*time.Second))).Done()
	for _, tc := range []struct {
		p    Pattern
		time Stamp
		want map[string]string
	}{
		{Waiting("ErrImagePull"), Stamp{Clock: RunnerClock, At: ht.At(0)}, map[string]string{"reason": "ErrImagePull", "message": "not found"}},
		{Running(), Stamp{Clock: NodeClock, At: ht.At(time.Second), Width: time.Second}, nil},
		{Terminated(), Stamp{Clock: NodeClock, At: ht.At(2 * time.Second), Width: time.Second}, map[string]string{"exitCode": "137", "reason": "Error"}},
		{DeletionTimestamp(), Stamp{Clock: APIServerClock, At: ht.At(31 * time.Second), Width: time.Second}, nil},
	} {
		e := h.First(tc.p)
		if e == nil {
			t.Errorf("no %s", tc.p)
			continue
		}
		if e.Time.Clock != tc.time.Clock || e.Time.Width != tc.time.Width || !e.Time.At.Equal(tc.time.At) {
			t.Errorf("%s: time %v, want %v", tc.p, e.Time, tc.time)
		}
		if len(e.Fields) != len(tc.want) {
			t.Errorf("%s: fields %v, want %v", tc.p, e.Fields, tc.want)
		}
		for k, v := range tc.want {
			if e.Fields[k] != v {
				t.Errorf("%s: %s is %q, want %q", tc.p, k, e.Fields[k], v)
			}
		}
	}
}

func TestUnseenInstanceSaysSo(t *testing.T) {
	h := ht.New("x").Pod(time.Second, ht.Pod("p", ht.Terminated("app", 1, 0, time.Second))).Done()
	flaws := h.Flaws()
	if len(flaws) != 1 || !strings.HasSuffix(flaws[0], "p/app                        defect unseen-instance reason=no version of the pod showed the end of this instance") {
		t.Errorf("flaws %q", flaws)
	}
}
