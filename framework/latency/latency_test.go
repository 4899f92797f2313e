package latency_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
	"github.com/hookcheck/hookcheck/framework/latency"
)

const ms = time.Millisecond

// deleted is a pod that is deleted at 2 s and ends at 9 s: both hooks, a stop
// signal, SIGKILL.
func deleted(b *ht.Builder) *ht.Builder {
	b.Step(2*time.Second, "delete", "p")
	b.Pod(2100*ms, ht.Pod("p", ht.Running("app", 0, 0), ht.Deleting(2*time.Second, 6)))
	return b.Pod(10*time.Second, ht.Pod("p", ht.Deleting(2*time.Second, 6), ht.Terminated("app", 0, 137, 9*time.Second,
		ht.Entry(500*ms, "start"),
		ht.Entry(520*ms, "hook-begin", "name", "postStart"),
		ht.Entry(2300*ms, "hook-begin", "name", "preStop"),
		ht.Entry(5300*ms, "hook-end", "name", "preStop"),
		ht.Entry(5310*ms, "signal", "name", "SIGTERM"),
		ht.Entry(8900*ms, "beat", "n", "0000080"))))
}

// told prints samples in a fixed order: name, whose, seconds ± error.
func told(s latency.Samples) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		for _, sample := range s[name] {
			of := sample.Pod
			if sample.Container != "" {
				of += fmt.Sprintf("/%s#%d", sample.Container, sample.Instance)
			}
			lines = append(lines, fmt.Sprintf("%s %s %.3f±%.3f", name, of, sample.Seconds(), sample.Error()))
		}
	}
	return lines
}

func TestOf(t *testing.T) {
	for _, tc := range []struct {
		name string
		fill func(b *ht.Builder)
		want []string
	}{
		{"nothing", func(*ht.Builder) {}, nil},
		// The clocks of node and runner agree to within 5 ms, the last heartbeat is
		// known to 150 ms.
		{"all of it", func(b *ht.Builder) { deleted(b) }, []string{
			"delete-to-last-end p 6.975±0.080",
			"delete-to-prestop p/app#1 0.300±0.005",
			"prestop-end-to-signal p/app#1 0.010±0.000",
			"signal-to-death p/app#1 3.665±0.075",
			"start-to-poststart p/app#1 0.020±0.000",
		}},
		{"a hook before the entrypoint, and nobody deletes", func(b *ht.Builder) {
			b.Pod(3*time.Second, ht.Pod("p", ht.Terminated("app", 0, 0, 2*time.Second,
				ht.Entry(500*ms, "start"), ht.Entry(480*ms, "hook-begin", "name", "postStart"), ht.Entry(2*time.Second, "exit", "code", "0"))))
		}, []string{"start-to-poststart p/app#1 -0.020±0.000"}},
		{"a dry run, a refusal, and then a deletion that is asked for twice", func(b *ht.Builder) {
			b.Append(500*ms, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "begin", "dryRun": "true"}})
			b.Append(510*ms, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "end"}})
			b.Append(600*ms, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "begin"}})
			b.Append(610*ms, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "end", "error": "conflict"}})
			b.Step(time.Second, "evict", "p").Step(1100*ms, "delete", "p")
			b.Pod(1200*ms, ht.Pod("p", ht.Running("app", 0, 0), ht.Deleting(time.Second, 6)))
			b.Pod(4*time.Second, ht.Pod("p", ht.Deleting(time.Second, 6), ht.Terminated("app", 0, 0, 3*time.Second, ht.Entry(3*time.Second, "exit", "code", "0"))))
		}, []string{"delete-to-last-end p 2.000±0.005"}},
		{"the watch is ahead of the answer", func(b *ht.Builder) {
			b.Append(time.Second, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "begin"}})
			b.Pod(1200*ms, ht.Pod("p", ht.Running("app", 0, 0), ht.Deleting(time.Second, 6)))
			b.Append(1210*ms, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "end"}})
			b.Pod(4*time.Second, ht.Pod("p", ht.Deleting(time.Second, 6), ht.Terminated("app", 0, 0, 3*time.Second)))
		}, []string{"delete-to-last-end p 2.500±0.505"}}, // the API's whole second
		{"deleted by somebody else", func(b *ht.Builder) {
			b.Pod(4*time.Second, ht.Pod("p", ht.Deleting(time.Second, 6), ht.Terminated("app", 0, 0, 3*time.Second, ht.Entry(3*time.Second, "exit", "code", "0"))))
		}, nil},
		{"one container of two has not ended", func(b *ht.Builder) {
			b.Step(2*time.Second, "delete", "p")
			b.Pod(4*time.Second, ht.Pod("p", ht.Deleting(2*time.Second, 6), ht.Terminated("app", 0, 0, 3*time.Second), ht.Running("other", 0, 0)))
		}, nil},
		{"the last of two counts", func(b *ht.Builder) {
			b.Step(2*time.Second, "delete", "p")
			b.Pod(5*time.Second, ht.Pod("p", ht.Deleting(2*time.Second, 6),
				ht.Terminated("app", 0, 0, 3*time.Second, ht.Entry(3*time.Second, "exit", "code", "0")),
				ht.Terminated("other", 0, 0, 4*time.Second, ht.Entry(4*time.Second, "exit", "code", "0"))))
		}, []string{"delete-to-last-end p 2.000±0.005"}},
		{"a hook that is cut off by the signal", func(b *ht.Builder) {
			b.Pod(5*time.Second, ht.Pod("p", ht.Terminated("app", 0, 0, 4*time.Second,
				ht.Entry(time.Second, "hook-begin", "name", "preStop"), ht.Entry(3*time.Second, "signal", "name", "SIGTERM"),
				ht.Entry(3500*ms, "hook-end", "name", "preStop"), ht.Entry(4*time.Second, "exit", "code", "0"))))
		}, nil},
		{"killed for memory", func(b *ht.Builder) {
			pod := ht.Pod("p", ht.Terminated("app", 0, 137, 4*time.Second, ht.Entry(time.Second, "signal", "name", "SIGHUP"), ht.Entry(4*time.Second, "beat", "n", "0000040")))
			pod.Status.ContainerStatuses[0].State.Terminated.Reason = "OOMKilled"
			b.Pod(5*time.Second, pod)
		}, nil},
		{"stopped for a probe, and restarted", func(b *ht.Builder) {
			b.KubeEvent(2*time.Second, "p", "app", "Killing", "Container app failed liveness probe, will be restarted")
			b.Pod(6*time.Second, ht.Pod("p", ht.Running("app", 1, 5*time.Second), ht.Before(0, 0, 4*time.Second,
				ht.Entry(2500*ms, "hook-begin", "name", "preStop"), ht.Entry(3*time.Second, "hook-end", "name", "preStop"),
				ht.Entry(3200*ms, "signal", "name", "SIGUSR1"), ht.Entry(4*time.Second, "exit", "code", "0"))))
			b.Step(7*time.Second, "delete", "p")
			b.Pod(7100*ms, ht.Pod("p", ht.Running("app", 1, 5*time.Second), ht.Deleting(7*time.Second, 6)))
			b.KubeEvent(8*time.Second, "p", "app", "Killing", "Stopping container app")
			b.Pod(10*time.Second, ht.Pod("p", ht.Deleting(7*time.Second, 6), ht.Terminated("app", 1, 0, 9*time.Second,
				ht.Entry(8*time.Second, "hook-begin", "name", "preStop"), ht.Entry(9*time.Second, "exit", "code", "0"))))
		}, []string{
			"delete-to-last-end p 2.000±0.005",
			"delete-to-prestop p/app#2 1.000±0.005",
			"killing-to-end p/app#1 1.500±0.500",
			"prestop-end-to-signal p/app#1 0.200±0.000",
		}},
		{"two pods", func(b *ht.Builder) {
			deleted(b)
			b.Pod(11*time.Second, ht.Pod("q", ht.Phase(corev1.PodSucceeded), ht.Terminated("app", 0, 0, 10*time.Second,
				ht.Entry(500*ms, "start"), ht.Entry(700*ms, "hook-begin", "name", "postStart"))))
		}, []string{
			"delete-to-last-end p 6.975±0.080",
			"delete-to-prestop p/app#1 0.300±0.005",
			"prestop-end-to-signal p/app#1 0.010±0.000",
			"signal-to-death p/app#1 3.665±0.075",
			"start-to-poststart p/app#1 0.020±0.000",
			"start-to-poststart q/app#1 0.200±0.000",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := ht.New("x")
			tc.fill(b)
			if got := told(latency.Of(b.Done())); !slices.Equal(got, tc.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(tc.want, "\n  "))
			}
		})
	}
}

func TestOfAFailedScenario(t *testing.T) {
	if s := latency.Of(deleted(ht.New("x")).Failed("the node went away")); len(s) != 0 {
		t.Errorf("%v", told(s))
	}
}

// TestClocksThatNobodyCompared: what cannot be told is left out.
func TestClocksThatNobodyCompared(t *testing.T) {
	b := deleted(ht.New("x"))
	b.History.Header.Offsets = nil
	want := []string{"prestop-end-to-signal p/app#1 0.010±0.000", "signal-to-death p/app#1 3.665±0.075", "start-to-poststart p/app#1 0.020±0.000"}
	if got := told(latency.Of(b.Done())); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSummary(t *testing.T) {
	all := latency.Samples{}
	for i := 10; i >= 1; i-- { // 1 s to 10 s, the error of the last is the largest
		d := time.Duration(i) * time.Second
		all.Add(latency.Samples{"x": {{Low: d - time.Duration(i)*ms, High: d + time.Duration(i)*ms}}})
	}
	all.Add(latency.Samples{"none": nil, "one": {{Low: time.Second, High: time.Second}}})
	summary := all.Summary()
	if m := summary["x"]; m.Count != 10 || m.Min != 1 || m.Median != 6 || m.P90 != 9 || m.Max != 10 || math.Abs(m.Error-0.01) > 1e-9 {
		t.Errorf("%+v", m)
	}
	if m := summary["one"]; m.Count != 1 || m.Min != 1 || m.Median != 1 || m.P90 != 1 || m.Max != 1 || m.Error != 0 {
		t.Errorf("%+v", m)
	}
	if len(summary) != 2 {
		t.Errorf("%d measurements", len(summary))
	}
}
