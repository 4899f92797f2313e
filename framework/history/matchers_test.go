package history_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// A matcherCase says what a matcher makes of a history.
type matcherCase struct {
	name string
	b    *ht.Builder
	m    *Matcher
	// want is ok, not ok, unclear or flawed.
	want string
	// seen is what the matcher saw, or a part of its error.
	seen string
	// marked are parts of the lines that the window marks.
	marked []string
}

func (tc matcherCase) run(t *testing.T) {
	h := tc.b.Done()
	ok, err := tc.m.Match(h)
	got := map[bool]string{true: "ok", false: "not ok"}[ok]
	switch {
	case errors.Is(err, ErrUnclear):
		got = "unclear"
	case errors.Is(err, ErrFlawed):
		got = "flawed"
	case err != nil:
		t.Fatal(err)
	}
	if got != tc.want {
		t.Errorf("%s (%v), want %s", got, err, tc.want)
	}
	if err != nil {
		if !strings.Contains(err.Error(), tc.seen) {
			t.Errorf("error %q, want one with %q", err, tc.seen)
		}
		return
	}
	if tc.m.Seen() != tc.seen {
		t.Errorf("seen %q, want %q", tc.m.Seen(), tc.seen)
	}
	if got := len(tc.m.Evidence()); got != len(tc.marked) {
		t.Errorf("%d events of evidence, want %d", got, len(tc.marked))
	}
	window := tc.m.Window()
	checkMarked(t, window, tc.marked)
	for message, want := range map[string]string{
		tc.m.FailureMessage(h):        "Expected: " + tc.m.Expected() + "\n    Seen: " + tc.seen + "\n" + window,
		tc.m.NegatedFailureMessage(h): "Expected not: " + tc.m.Expected() + "\n        Seen: " + tc.seen + "\n" + window,
	} {
		if message != want {
			t.Errorf("message\n%s\nwant\n%s", message, want)
		}
	}
}

// checkMarked compares the lines that a window marks with parts of them.
func checkMarked(t *testing.T, window string, want []string) {
	t.Helper()
	var marked []string
	for line := range strings.Lines(window) {
		if strings.HasPrefix(line, "> ") {
			marked = append(marked, line)
		}
	}
	if len(marked) != len(want) {
		t.Fatalf("%d marked lines, want %d:\n%s", len(marked), len(want), window)
	}
	for i, part := range want {
		if !strings.Contains(marked[i], part) {
			t.Errorf("marked line %q lacks %q", marked[i], part)
		}
	}
}

// withJournal is a history whose container left this journal.
func withJournal(entries ...string) *ht.Builder {
	return ht.New("x").Step(0, "create", "p").
		Pod(9*time.Second, ht.Pod("p", ht.Terminated("app", 0, 0, 8*time.Second, entries...)))
}

var (
	hookBegin  = ht.Entry(2*time.Second, "hook-begin", "name", "preStop")
	hookEnd    = ht.Entry(5*time.Second, "hook-end", "name", "preStop")
	sigterm    = ht.Entry(5100*ms, "signal", "name", "SIGTERM")
	sigtermBad = ht.Entry(4900*ms, "signal", "name", "SIGTERM")
	broken     = "nonsense\n"
)

func TestHappenBefore(t *testing.T) {
	m := func() *Matcher { return HappenBefore(HookEnd(PreStop), Signal("SIGTERM")) }
	for _, tc := range []matcherCase{
		{"good", withJournal(hookEnd, sigterm), m(), "ok",
			"from end of the preStop hook to arrival of SIGTERM: 100ms", []string{"hook-end", "signal"}},
		{"bad", withJournal(hookEnd, sigtermBad), m(), "not ok",
			"from end of the preStop hook to arrival of SIGTERM: -100ms", []string{"signal", "hook-end"}},
		{"first missing", withJournal(sigterm), m(), "not ok", "no end of the preStop hook was recorded", []string{"signal"}},
		{"second missing", withJournal(hookEnd), m(), "not ok", "no arrival of SIGTERM was recorded", []string{"hook-end"}},
		{"both missing", withJournal(), m(), "not ok", "neither end of the preStop hook nor arrival of SIGTERM was recorded", nil},
		{"missing in a damaged journal", withJournal(hookEnd, broken), m(), "flawed",
			"the record is not whole, and no arrival of SIGTERM was recorded: ", nil},
		{"damage does not matter where both are there", withJournal(hookEnd, sigterm, broken), m(), "ok",
			"from end of the preStop hook to arrival of SIGTERM: 100ms", []string{"hook-end", "signal"}},
		{"inside the second", withJournal(ht.Entry(8500*ms, "exit")), HappenBefore(Exit(), Terminated()), "unclear",
			"inside the error of the clocks", nil},
		{"a coarse time", withJournal(ht.Entry(7900*ms, "exit")), HappenBefore(Exit(), Terminated()), "ok",
			"from exit of the entrypoint to state terminated: 100ms to 1.1s", []string{"exit", "terminated"}},
	} {
		t.Run(tc.name, tc.run)
	}
	if got, want := m().Expected(), "end of the preStop hook before arrival of SIGTERM"; got != want {
		t.Errorf("expected %q, want %q", got, want)
	}
}

func TestElapse(t *testing.T) {
	m := func(low, high time.Duration) *Matcher { return Elapse(HookBegin(PreStop), HookEnd(PreStop), low, high) }
	all := withJournal(hookBegin, hookEnd)
	coarse := func() *ht.Builder { return withJournal(hookBegin) } // terminated at 8 to 9 s, the hook began at 2 s
	both := []string{"hook-begin", "hook-end"}
	toEnd := func(low, high time.Duration) *Matcher { return Elapse(HookBegin(PreStop), Terminated(), low, high) }
	for _, tc := range []matcherCase{
		{"in", all, m(2*time.Second, 4*time.Second), "ok", "3s", both},
		{"at the lower bound", all, m(3*time.Second, 4*time.Second), "ok", "3s", both},
		{"at the upper bound", all, m(time.Second, 3*time.Second), "ok", "3s", both},
		{"too short", all, m(3001*ms, 4*time.Second), "not ok", "3s", both},
		{"too long", all, m(0, 2999*ms), "not ok", "3s", both},
		{"missing", withJournal(hookBegin), m(0, time.Hour), "not ok", "no end of the preStop hook was recorded", both[:1]},
		{"coarse, in", coarse(), toEnd(6*time.Second, 7*time.Second), "ok", "6s to 7s", []string{"hook-begin", "terminated"}},
		{"coarse, too short", coarse(), toEnd(7001*ms, time.Minute), "not ok", "6s to 7s", []string{"hook-begin", "terminated"}},
		{"coarse, too long", coarse(), toEnd(0, 5999*ms), "not ok", "6s to 7s", []string{"hook-begin", "terminated"}},
		{"straddling the lower bound", coarse(), toEnd(6500*ms, time.Minute), "unclear",
			"from begin of the preStop hook to state terminated between 6.5s and 1m0s, but what was seen is 6s to 7s: inside the error of the clocks", nil},
		{"straddling the upper bound", coarse(), toEnd(0, 6500*ms), "unclear", "but what was seen is 6s to 7s", nil},
		{"across clocks", coarse(), Elapse(StepBegin("create"), HookBegin(PreStop), time.Second, 3*time.Second), "ok", "1.995s to 2.005s",
			[]string{"step create", "hook-begin"}},
	} {
		t.Run(tc.name, tc.run)
	}
	if got, want := m(ms, time.Second).Expected(), "from begin of the preStop hook to end of the preStop hook between 1ms and 1s"; got != want {
		t.Errorf("expected %q, want %q", got, want)
	}
}

func TestElapseWithoutOffset(t *testing.T) {
	b := withJournal(hookBegin)
	b.History.Header.Offsets = nil
	matcherCase{"", b, Elapse(StepBegin("create"), HookBegin(PreStop), 0, time.Hour), "unclear", "has not measured how the node clock stands", nil}.run(t)
}

func TestContain(t *testing.T) {
	twice := func() *ht.Builder {
		return withJournal(ht.Entry(time.Second, "probe"), ht.Entry(2*time.Second, "probe"))
	}
	probe := Entry("probe")
	marked := []string{"probe", "probe"}
	for _, tc := range []matcherCase{
		{"contained", twice(), Contain(probe), "ok", "journal entry probe was recorded 2 times", marked},
		{"contained in a damaged journal", withJournal(hookEnd, broken), Contain(HookEnd(PreStop)), "ok", "end of the preStop hook was recorded once", []string{"hook-end"}},
		{"not contained", withJournal(), Contain(probe), "not ok", "no journal entry probe was recorded", nil},
		{"not contained, flawed", withJournal(broken), Contain(probe), "flawed", "the record is not whole, and no journal entry probe was recorded: ", nil},
		{"none", withJournal(), ContainNo(probe), "ok", "no journal entry probe was recorded", nil},
		{"none, flawed", withJournal(broken), ContainNo(probe), "flawed", "no journal entry probe was recorded", nil},
		{"none, after a gap", withJournal().Gap(9 * time.Second), ContainNo(probe), "flawed", "gap pods", nil},
		{"none, but some", withJournal(hookEnd, broken), ContainNo(HookEnd(PreStop)), "not ok", "end of the preStop hook was recorded once", []string{"hook-end"}},
		{"exactly", twice(), ContainTimes(probe, 2), "ok", "journal entry probe was recorded 2 times", marked},
		{"too few", twice(), ContainTimes(probe, 3), "not ok", "journal entry probe was recorded 2 times", marked},
		{"too many", twice(), ContainTimes(probe, 1), "not ok", "journal entry probe was recorded 2 times", marked},
		{"exactly, but there may be more", twice().Gap(9 * time.Second), ContainTimes(probe, 2), "flawed", "was recorded 2 times", nil},
		{"too many, whatever is missing", twice().Gap(9 * time.Second), ContainTimes(probe, 1), "not ok", "journal entry probe was recorded 2 times", marked},
	} {
		t.Run(tc.name, tc.run)
	}
	for m, want := range map[*Matcher]string{
		Contain(probe):         "journal entry probe",
		ContainNo(probe):       "no journal entry probe",
		ContainTimes(probe, 1): "journal entry probe exactly once",
		ContainTimes(probe, 4): "journal entry probe exactly 4 times",
	} {
		if m.Expected() != want {
			t.Errorf("expected %q, want %q", m.Expected(), want)
		}
	}
}

func TestMatchersWantAHistory(t *testing.T) {
	for _, actual := range []any{nil, "text", (*History)(nil), History{}} {
		if _, err := Contain(Start()).Match(actual); err == nil || !strings.Contains(err.Error(), "expected a *history.History, got ") {
			t.Errorf("%T: %v", actual, err)
		}
	}
}
