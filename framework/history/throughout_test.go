package history_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

func TestHoldThroughout(t *testing.T) {
	// The hook lasts from 2 s to 5 s; versions arrive on the runner's clock,
	// which stands within 5 ms of the node's.
	version := func(b *ht.Builder, after time.Duration, phase corev1.PodPhase) *ht.Builder {
		return b.Pod(after, ht.Pod("p", ht.Phase(phase)))
	}
	pending := func() *ht.Builder { return version(ht.New("x"), time.Second, "Pending") }
	end := func(b *ht.Builder, journal ...string) *ht.Builder {
		return b.Pod(9*time.Second, ht.Pod("p", ht.Phase("Succeeded"), ht.Terminated("app", 0, 0, 8*time.Second, journal...)))
	}
	whole := func(b *ht.Builder) *ht.Builder { return end(b, hookBegin, hookEnd) }
	const good = "phase [Pending] all the time"
	evidence := []string{"hook-begin", "hook-end"}
	for _, tc := range []matcherCase{
		{"the version before, and no other", whole(pending()), nil, "ok", good, evidence},
		{"more versions of the same", whole(version(pending(), 3*time.Second, "Pending")), nil, "ok", good, evidence},
		{"another only after the end", whole(version(pending(), 6*time.Second, "Running")), nil, "ok", good, evidence},
		{"another only before the last before the begin", whole(version(version(ht.New("x"), 0, "Unknown"), time.Second, "Pending")), nil, "ok", good, evidence},
		{"another in between", whole(version(version(pending(), 3*time.Second, "Running"), 4*time.Second, "Pending")), nil, "not ok",
			"a version without it arrived in between", []string{"hook-begin", "phase=Running", "hook-end"}},
		{"another current at the begin", whole(version(ht.New("x"), time.Second, "Running")), nil, "not ok",
			"the version current at begin of the preStop hook is without it", []string{"phase=Running", "hook-begin"}},
		{"another about the begin: current in any case", whole(version(pending(), 2001*ms, "Running")), nil, "not ok",
			"the version current at begin of the preStop hook is without it", []string{"hook-begin", "phase=Running"}},
		{"another about the end", whole(version(pending(), 4999*ms, "Running")), nil, "unclear", "inside the error of the clocks", nil},
		{"the end before the begin", end(pending(), ht.Entry(5*time.Second, "hook-begin", "name", "preStop"), ht.Entry(2*time.Second, "hook-end", "name", "preStop")), nil, "not ok",
			"end of the preStop hook came before begin of the preStop hook", []string{"hook-end", "hook-begin"}},
		{"the same about the end", whole(version(pending(), 5001*ms, "Pending")), nil, "ok", good, evidence},
		{"no version before", whole(ht.New("x")), nil, "not ok", "no version of the pod before begin of the preStop hook", []string{"hook-begin"}},
		{"versions of another pod", whole(pending().Pod(3*time.Second, ht.Pod("q", ht.Phase("Running")))), nil, "ok", good, evidence},
		{"never begun", end(pending(), hookEnd), nil, "not ok", "no begin of the preStop hook was recorded", []string{"hook-end"}},
		{"never ended", end(pending(), hookBegin), nil, "not ok", "no end of the preStop hook was recorded", []string{"hook-begin"}},
		{"a gap may hide a version", whole(pending().Gap(3 * time.Second)), nil, "flawed", good, nil},
		{"what is seen counts, gap or not", whole(version(pending(), 3*time.Second, "Running").Gap(4 * time.Second)), nil, "not ok",
			"a version without it arrived in between", []string{"hook-begin", "phase=Running", "hook-end"}},
	} {
		tc.m = HoldThroughout(HookBegin(PreStop), HookEnd(PreStop), Phase("Pending"))
		t.Run(tc.name, tc.run)
	}
}

func TestHoldThroughoutExpects(t *testing.T) {
	m := HoldThroughout(HookBegin(PostStart).Of("p"), HookEnd(PostStart).Of("p"), Not(ContainerReady("app")))
	if got, want := m.Expected(), "not ready of container app from begin of the postStart hook in p until end of the postStart hook in p"; got != want {
		t.Errorf("expected %q, want %q", got, want)
	}
}

// TestHoldThroughoutVagueClocks: where exec is not allowed the node's clock is
// known to some seconds only, which says nothing against the cluster.
func TestHoldThroughoutVagueClocks(t *testing.T) {
	for name, phase := range map[string]corev1.PodPhase{"no other version": "", "an earlier one without it": "Unknown"} {
		b := ht.New("x")
		b.History.Header.Offsets[NodeClock] = Offset{Low: -10 * time.Second, High: 10 * time.Second}
		if phase != "" {
			b.Pod(-20*time.Second, ht.Pod("p", ht.Phase(phase)))
		}
		b.Pod(time.Second, ht.Pod("p", ht.Phase("Pending"))).
			Pod(19*time.Second, ht.Pod("p", ht.Phase("Succeeded"), ht.Terminated("app", 0, 0, 8*time.Second, hookBegin, hookEnd)))
		matcherCase{name, b, HoldThroughout(HookBegin(PreStop), HookEnd(PreStop), Phase("Pending")), "unclear", "inside the error of the clocks", nil}.run(t)
	}
}

func TestHoldThroughoutWithoutOffset(t *testing.T) {
	b := stopped()
	b.History.Header.Offsets = nil
	_, err := HoldThroughout(HookBegin(PreStop), HookEnd(PreStop), Phase("Failed")).Match(b.Done())
	if err == nil || !strings.Contains(err.Error(), "has not measured how the node clock stands") {
		t.Errorf("error %v", err)
	}
}
