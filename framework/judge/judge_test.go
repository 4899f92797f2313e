package judge_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
	"github.com/hookcheck/hookcheck/framework/judge"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// sample is a pod whose preStop hook ended before the signal; the journal
// arrived with event 2.
func sample(more ...string) *ht.Builder {
	return ht.New("x").Append(0, Event{Kind: KindStep, Name: "delete", Fields: map[string]string{"phase": "begin"}}).
		Pod(6*time.Second, ht.Pod("p", ht.Terminated("app", 0, 0, 5*time.Second, append([]string{
			ht.Entry(time.Second, "hook-begin", "name", "preStop"),
			ht.Entry(4*time.Second, "hook-end", "name", "preStop"),
			ht.Entry(5*time.Second, "signal", "name", "SIGTERM")}, more...)...)))
}

func TestOutcome(t *testing.T) {
	r := judge.Evaluate(func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookEnd(PreStop)))
		j.Outcome("the hook ended")
	}, sample().Done())
	if r.Verdict != requirement.Conformant || r.Outcome != "the hook ended" {
		t.Errorf("%+v", r)
	}
}

// TestSpan: the clocks of the sample agree to within 5 ms.
func TestSpan(t *testing.T) {
	r := judge.Evaluate(func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PreStop), Signal("SIGTERM")))
	}, sample().Done())
	if want := (requirement.Span{From: 3.995, To: 5.005}); r.Span == nil || *r.Span != want {
		t.Errorf("%+v, want %+v", r.Span, want)
	}
	r = judge.Evaluate(func(j *judge.J, _ *History) { j.Expect(1).To(gomega.Equal(1)) }, sample().Done())
	if r.Span != nil {
		t.Errorf("%+v without evidence", r.Span)
	}
}

func TestEvaluate(t *testing.T) {
	good := func() *Matcher { return HappenBefore(HookEnd(PreStop), Signal("SIGTERM")) }
	bad := func() *Matcher { return HappenBefore(Signal("SIGTERM"), HookEnd(PreStop)) }
	for _, tc := range []struct {
		name     string
		h        *History
		check    judge.Check
		verdict  requirement.Verdict
		reason   string // whole, or a part where it ends in …
		expected string
		seen     string
		evidence []int
		window   bool
	}{
		{name: "conformant", h: sample().Done(), check: func(j *judge.J, h *History) {
			j.Expect(h).To(good())
			j.Expect(h).NotTo(bad())
		}, verdict: requirement.Conformant, evidence: []int{2}},
		{name: "non-conformant", h: sample().Done(), check: func(j *judge.J, h *History) {
			j.Expect(h).To(bad())
			t.Error("a check ends at its first failure")
		}, verdict: requirement.NonConformant,
			reason:   "expected arrival of SIGTERM before end of the preStop hook, seen: from arrival of SIGTERM to end of the preStop hook: -1s",
			expected: "arrival of SIGTERM before end of the preStop hook", seen: "from arrival of SIGTERM to end of the preStop hook: -1s",
			evidence: []int{2}, window: true},
		{name: "evidence of earlier expectations stays, sorted and once", h: sample().Done(), check: func(j *judge.J, h *History) {
			j.Expect(h).To(good())
			j.Expect(h).To(Contain(StepBegin("delete")))
			j.Expect(h).To(bad())
		}, verdict: requirement.NonConformant, reason: "expected arrival of SIGTERM before…",
			expected: "arrival of SIGTERM before end of the preStop hook", seen: "from arrival of SIGTERM to end of the preStop hook: -1s",
			evidence: []int{1, 2}, window: true},
		{name: "NotTo", h: sample().Done(), check: func(j *judge.J, h *History) { j.Expect(h).NotTo(Contain(HookBegin(PreStop))) },
			verdict: requirement.NonConformant, reason: "expected not: begin of the preStop hook, seen: begin of the preStop hook was recorded once",
			expected: "not: begin of the preStop hook", seen: "begin of the preStop hook was recorded once", evidence: []int{2}, window: true},
		{name: "unclear", h: sample().Done(), check: func(j *judge.J, h *History) { j.Expect(h).To(Elapse(Signal("SIGTERM"), Terminated(), ms, time.Hour)) },
			verdict: requirement.Inconclusive, evidence: []int{2},
			reason: "from arrival of SIGTERM to state terminated between 1ms and 1h0m0s, but what was seen is 0s to 1s: inside the error of the clocks"},
		{name: "flawed", h: sample("nonsense\n").Done(), check: func(j *judge.J, h *History) { j.Expect(h).To(ContainNo(HookBegin(PostStart))) },
			verdict: requirement.Inconclusive, reason: "the record is not whole, and no begin of the postStart hook was…"},
		{name: "said to be inconclusive", h: sample().Done(), check: func(j *judge.J, h *History) { j.Inconclusive("the node slept") },
			verdict: requirement.Inconclusive, reason: "the node slept"},
		{name: "a matcher of something else", h: sample().Done(), check: func(j *judge.J, _ *History) { j.Expect("text").To(good()) },
			verdict: requirement.Inconclusive, reason: "the check could not be made: expected a *history.History, got string"},
		{name: "no assertion", h: sample().Done(), check: func(*judge.J, *History) {},
			verdict: requirement.Inconclusive, reason: "the check asserted nothing"},
		{name: "the scenario failed", h: sample().Failed("create pod p: forbidden"), check: func(*judge.J, *History) { t.Error("it was judged") },
			verdict: requirement.Inconclusive, reason: "the scenario was not carried through: create pod p: forbidden"},
		{name: "the recording was cut off", h: sample().History, check: func(*judge.J, *History) { t.Error("it was judged") },
			verdict: requirement.Inconclusive, reason: "the scenario was not carried through: the recording was cut off"},
		{name: "a plain matcher", h: sample().Done(), check: func(j *judge.J, h *History) {
			j.Expect(h.Pods()).To(gomega.HaveLen(1))
			j.Expect(h.Pods()).NotTo(gomega.BeEmpty())
		}, verdict: requirement.Conformant},
		{name: "a plain matcher that fails", h: sample().Done(), check: func(j *judge.J, h *History) {
			j.Expect(h.Pods()).To(gomega.Equal([]string{"q"}), "the", "pods")
		}, verdict: requirement.NonConformant, reason: "expected the pods, seen: Expected <[]string | len:1, cap:1>: [\"p\"] to equal <[]string | len:1, cap:1>: [\"q\"]",
			expected: "the pods", seen: "Expected <[]string | len:1, cap:1>: [\"p\"] to equal <[]string | len:1, cap:1>: [\"q\"]"},
		{name: "a plain matcher that should fail", h: sample().Done(), check: func(j *judge.J, _ *History) {
			j.Expect(7).NotTo(gomega.Equal(7), "another number")
		}, verdict: requirement.NonConformant, reason: "expected another number, seen: Expected <int>: 7 not to equal <int>: 7",
			expected: "another number", seen: "Expected <int>: 7 not to equal <int>: 7"},
		{name: "a plain matcher that cannot tell", h: sample().Done(), check: func(j *judge.J, _ *History) {
			j.Expect(7).To(gomega.HaveLen(1))
		}, verdict: requirement.Inconclusive, reason: "the check could not be made: HaveLen matcher expects…"},
		{name: "a plain matcher that meets unclear clocks", h: sample().Done(), check: func(j *judge.J, h *History) {
			j.Expect(h).To(gomega.WithTransform(func(*History) (string, error) { return "", errors.Join(ErrUnclear) }, gomega.BeEmpty()))
		}, verdict: requirement.Inconclusive, reason: "…inside the error of the clocks"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := judge.Evaluate(tc.check, tc.h)
			if r.Verdict != tc.verdict {
				t.Errorf("%s, want %s", r.Verdict, tc.verdict)
			}
			if !matches(r.Reason, tc.reason) || r.Expected != tc.expected || r.Seen != tc.seen {
				t.Errorf("reason %q\nexpected %q\nseen %q", r.Reason, r.Expected, r.Seen)
			}
			if !slices.Equal(r.Evidence, tc.evidence) {
				t.Errorf("evidence %v, want %v", r.Evidence, tc.evidence)
			}
			if (r.Window != "") != tc.window || (tc.window && !strings.Contains(r.Window, "> +   4.000s node      p/app                        journal hook-end") &&
				!strings.Contains(r.Window, "> +   1.000s node      p/app                        journal hook-begin")) {
				t.Errorf("window:\n%s", r.Window)
			}
		})
	}
}

const ms = time.Millisecond

// matches compares a text with a wanted one, of which … stands for any begin or
// end.
func matches(got, want string) bool {
	if part, ok := strings.CutSuffix(want, "…"); ok {
		return strings.HasPrefix(got, part)
	}
	if part, ok := strings.CutPrefix(want, "…"); ok {
		return strings.HasSuffix(got, part)
	}
	return got == want
}

// TestUnstarted: a violation beside a container that the runtime could not start is none of hooks.
func TestUnstarted(t *testing.T) {
	pod := ht.Pod("p", ht.Terminated("app", 0, 128, 5*time.Second))
	ended := pod.Status.ContainerStatuses[0].State.Terminated
	ended.Reason, ended.Message = "StartError", "unable to freeze"
	for phase, want := range map[corev1.PodPhase]requirement.Verdict{corev1.PodSucceeded: requirement.Inconclusive, corev1.PodRunning: requirement.Conformant} {
		r := judge.Evaluate(func(j *judge.J, h *History) { j.Expect(h).To(Contain(PodVersion(Phase(phase)))) },
			ht.New("x").Pod(6*time.Second, pod).Done())
		if r.Verdict != want || want == requirement.Inconclusive && r.Reason != "the runtime could not start container app of pod p: unable to freeze" {
			t.Errorf("%s: %s, reason %q", phase, r.Verdict, r.Reason)
		}
	}
}

func TestPanicIsInconclusive(t *testing.T) {
	r := judge.Evaluate(func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(StepBegin("delete")))
		_ = h.Pod("q").Name // there is none
	}, sample().Done())
	if r.Verdict != requirement.Inconclusive || !strings.HasPrefix(r.Reason, "the check panicked: runtime error: invalid memory address") {
		t.Errorf("%s: %s", r.Verdict, r.Reason)
	}
	if !strings.Contains(r.Window, "judge_test.go") {
		t.Errorf("the window does not say where:\n%s", r.Window)
	}
	if !slices.Equal(r.Evidence, []int{1}) {
		t.Errorf("evidence %v", r.Evidence)
	}
}

func TestMeasure(t *testing.T) {
	r := judge.Evaluate(func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(StepBegin("delete")))
		samples := []float64{0.3, -0.1, 0.2}
		j.Measure("odd", samples, 0.001)
		j.Measure("even", []float64{4, 1, 3, 2}, 0)
		j.Measure("none", nil, 1)
		if samples[0] != 0.3 {
			t.Error("the samples were sorted in place")
		}
	}, sample().Done())
	want := map[string]requirement.Measurement{
		"odd":  {Count: 3, Min: -0.1, Median: 0.2, P90: 0.3, Max: 0.3, Error: 0.001},
		"even": {Count: 4, Min: 1, Median: 3, P90: 4, Max: 4},
	}
	if r.Verdict != requirement.Conformant || len(r.Measurements) != len(want) {
		t.Errorf("%s: %+v", r.Verdict, r.Measurements)
	}
	for name, m := range want {
		if r.Measurements[name] != m {
			t.Errorf("%s: %+v, want %+v", name, r.Measurements[name], m)
		}
	}
}

// TestMeasurementsOutliveAFailure: what was measured before is reported.
func TestMeasurementsOutliveAFailure(t *testing.T) {
	r := judge.Evaluate(func(j *judge.J, h *History) {
		j.Measure("lead", []float64{1}, 0)
		j.Expect(h).To(Contain(StepBegin("nope")))
	}, sample().Done())
	if r.Verdict != requirement.NonConformant || r.Measurements["lead"].Count != 1 {
		t.Errorf("%s: %+v", r.Verdict, r.Measurements)
	}
}

// TestMeasuringIsNoAssertion: a check that only measures says nothing.
func TestMeasuringIsNoAssertion(t *testing.T) {
	r := judge.Evaluate(func(j *judge.J, _ *History) { j.Measure("lead", []float64{1}, 0) }, sample().Done())
	if r.Verdict != requirement.Inconclusive || r.Reason != "the check asserted nothing" {
		t.Errorf("%s: %s", r.Verdict, r.Reason)
	}
}

// TestRewritten: a hook that the platform took out of the pod is not the
// kubelet's to run, and the reason says so first.
func TestRewritten(t *testing.T) {
	written, stored := ht.Pod("p"), ht.Pod("p", ht.Terminated("app", 0, 0, 5*time.Second))
	written.Spec.Containers = []corev1.Container{{Name: "app", Lifecycle: &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{}}}}
	stored.Spec.Containers = []corev1.Container{{Name: "app"}}
	record := func() *ht.Builder { return ht.New("x").Written(0, "Pod", written).Pod(6*time.Second, stored) }
	const rewrote = "the platform rewrote the pod p: spec.containers[app].lifecycle.preStop was removed"
	for _, tc := range []struct {
		name   string
		h      *History
		check  judge.Check
		reason string
	}{
		{"non-conformant", record().Done(), func(j *judge.J, h *History) { j.Expect(h).To(Contain(HookBegin(PreStop))) },
			rewrote + " – expected begin of the preStop hook, seen: no begin of the preStop hook was recorded"},
		{"inconclusive", record().Done(), func(j *judge.J, _ *History) { j.Inconclusive("the node slept") }, rewrote + " – the node slept"},
		{"not carried through", record().Failed("delete: no"), func(*judge.J, *History) {}, rewrote + " – the scenario was not carried through: delete: no"},
		{"conformant", record().Done(), func(j *judge.J, h *History) { j.Expect(h).To(Contain(Terminated())) }, ""},
	} {
		r := judge.Evaluate(tc.check, tc.h)
		if r.Reason != tc.reason {
			t.Errorf("%s: reason %q", tc.name, r.Reason)
		}
		if len(r.Rewritten) != 1 || r.Rewritten[0].Pod != "p" {
			t.Errorf("%s: rewritten %v", tc.name, r.Rewritten)
		}
	}
}
