package history_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// everything holds at least one event for each pattern, and decoys beside it.
func everything() *History {
	yes := true
	at := func(n int) time.Duration { return time.Duration(n) * time.Second }
	b := ht.New("x").
		Step(0, "create", "p").
		Pod(at(1), ht.Pod("p", ht.Phase("Pending"), ht.Waiting("app", 0, "CrashLoopBackOff", "back-off"))).
		Pod(at(2), ht.Pod("p", ht.Running("app", 1, at(2)), ht.Deleting(at(2), 30), ht.Before(0, 1, at(1), ht.Entry(at(1), "start")))).
		KubeEvent(at(3), "p", "app", "Killing", "Container app failed liveness probe,\nwill be restarted").
		KubeEvent(at(3), "p", "", "Scheduled", "assigned").
		Slice(at(4), discoveryv1.Endpoint{Addresses: []string{"10.0.0.1"}, Conditions: discoveryv1.EndpointConditions{Ready: &yes}}).
		Append(at(4), NewSliceEvent("DELETED", &discoveryv1.EndpointSlice{Endpoints: []discoveryv1.Endpoint{{}}}, ht.At(at(4)))).
		Append(at(5), Event{Kind: KindNote, Name: "exec", Pod: "p", Container: "app", Fields: map[string]string{"code": "0", "stdout": "a\nb"}}).
		Log(at(6), "p", "app", "hello\n").
		Pod(at(9), ht.Pod("p", ht.Phase("Failed"), ht.Terminated("app", 1, 137, at(8),
			ht.Entry(at(2), "start"),
			ht.Entry(at(3), "hook-begin", "name", "postStart"),
			ht.Entry(at(3), "hook-end", "name", "postStart", "beats", "7"),
			ht.Entry(at(4), "http", "p", "/a?b=c", "h", "Host:example"),
			ht.Entry(at(5), "signal", "name", "SIGTERM"),
			ht.Entry(at(5), "signal", "name", "SIGTERM", "hook", "preStop"),
			ht.Entry(at(5), "signal", "name", "SIGTERM", "probe", "liveness"),
			ht.Entry(at(6), "exit", "code", "0"),
			ht.Entry(at(7), "beat", "n", "0000070"),
		))).
		Removed(at(10), ht.Pod("p", ht.Phase("Failed")))
	return b.Done()
}

func TestPatterns(t *testing.T) {
	h := everything()
	hasReady := func(e discoveryv1.Endpoint) bool { return e.Conditions.Ready != nil && *e.Conditions.Ready }
	for _, tc := range []struct {
		p    Pattern
		want int
		text string
	}{
		{Start(), 2, "start of the entrypoint"},
		{Start().Instance(2), 1, "start of the entrypoint (instance 2)"},
		{Start().Instance(3), 0, "start of the entrypoint (instance 3)"},
		{Start().Of("p"), 2, "start of the entrypoint in p"},
		{Start().Of("q"), 0, "start of the entrypoint in q"},
		{Start().In("app"), 2, "start of the entrypoint in app"},
		{Start().In("side"), 0, "start of the entrypoint in side"},
		{Start().Of("p").In("app").Instance(1), 1, "start of the entrypoint in p/app (instance 1)"},
		{HookBegin(PostStart), 1, "begin of the postStart hook"},
		{HookBegin(PreStop), 0, "begin of the preStop hook"},
		{HookEnd(PostStart), 1, "end of the postStart hook"},
		{HookEnd(PostStart).With("beats", "7"), 1, "end of the postStart hook with beats=7"},
		{HookEnd(PostStart).With("beats", "8"), 0, "end of the postStart hook with beats=8"},
		{HookEnd(PreStop).With("beats", "7"), 0, "end of the preStop hook with beats=7"},
		{HookEnd(PostStart).AtLeast("beats", 7), 1, "end of the postStart hook with beats ≥ 7"},
		{HookEnd(PostStart).AtLeast("beats", 8), 0, "end of the postStart hook with beats ≥ 8"},
		{HookEnd(PostStart).AtLeast("name", 0), 0, "end of the postStart hook with name ≥ 0"},
		{HookEnd(PostStart).AtLeast("missing", 0), 0, "end of the postStart hook with missing ≥ 0"},
		{Signal("SIGTERM"), 1, "arrival of SIGTERM"}, // at PID 1 only
		{Signal("SIGTERM").AtLeast("pid", 1), 1, "arrival of SIGTERM with pid ≥ 1"},
		{Signal("SIGTERM").Saying("name", "TERM"), 1, `arrival of SIGTERM with name like "TERM"`},
		{Signal("SIGQUIT"), 0, "arrival of SIGQUIT"},
		{Exit(), 1, "exit of the entrypoint"},
		{LastBeat(), 1, "last heartbeat"},
		{Entry("http"), 1, "journal entry http"},
		{Entry("http").With("header:host", "example"), 1, "journal entry http with header:host=example"},
		{Request("/a?b=c"), 1, "request for /a?b=c"},
		{Request("/a"), 0, "request for /a"},
		{Running(), 1, "state running"},
		{Terminated(), 2, "state terminated"},
		{Terminated().With("exitCode", "137"), 1, "state terminated with exitCode=137"},
		{Waiting("CrashLoopBackOff"), 1, "state waiting: CrashLoopBackOff"},
		{Waiting("ErrImagePull|CrashLoop.*"), 1, "state waiting: ErrImagePull|CrashLoop.*"},
		{Waiting("Crash"), 0, "state waiting: Crash"},
		{KubeEvent("Killing"), 1, "Event Killing"},
		{KubeEvent("Killing").In("app"), 1, "Event Killing in app"},
		{KubeEvent("Scheduled").In("app"), 0, "Event Scheduled in app"},
		{KubeEventSaying("Killing", "liveness.*restarted$"), 1, `Event Killing saying "liveness.*restarted$"`},
		{KubeEventSaying("Killing", "startup"), 0, `Event Killing saying "startup"`},
		{AnyKubeEvent("Event of the scheduler", func(e *corev1.Event) bool { return e.Reason == "Scheduled" }), 1, "Event of the scheduler"},
		{PodVersion(Phase("Failed")), 1, "a version with phase [Failed]"}, // not the DELETED one
		{PodVersion(Phase("Succeeded")), 0, "a version with phase [Succeeded]"},
		{Removed(), 1, "removal of the pod object"},
		{Removed().Of("q"), 0, "removal of the pod object in q"},
		{DeletionTimestamp(), 1, "deletionTimestamp"},
		{Endpoint("a ready endpoint", hasReady), 1, "a ready endpoint"},
		{Endpoint("any endpoint", func(discoveryv1.Endpoint) bool { return true }), 1, "any endpoint"}, // not of a DELETED slice
		{Endpoint("no such endpoint", func(discoveryv1.Endpoint) bool { return false }), 0, "no such endpoint"},
		{StepBegin("create"), 1, "step create"},
		{StepEnd("create"), 1, "end of step create"},
		{StepEnd("delete"), 0, "end of step delete"},
		{Note("exec"), 1, "note exec"},
		{Note("exec").With("code", "0").Saying("stdout", "^a.b$"), 1, `note exec with code=0 with stdout like "^a.b$"`},
		{Note("exec").Saying("stdout", "c"), 0, `note exec with stdout like "c"`},
		{Note("exec").Saying("stdout", "a").AtLeast("code", 0), 1, `note exec with stdout like "a" with code ≥ 0`},
		{Note("exec").Saying("stdout", "c").AtLeast("code", 0), 0, `note exec with stdout like "c" with code ≥ 0`},
		{Log(), 1, "log"},
	} {
		t.Run(tc.text, func(t *testing.T) {
			if tc.p.String() != tc.text {
				t.Errorf("it calls itself %q", tc.p)
			}
			found := h.All(tc.p)
			if len(found) != tc.want {
				t.Errorf("%d events, want %d:\n%s", len(found), tc.want, names(found))
			}
			for _, e := range found {
				if !tc.p.Matches(e) {
					t.Errorf("Matches denies %+v", e)
				}
			}
		})
	}
}

// TestNarrowersLeaveTheirPatternAlone guards against patterns that share a map:
// suites narrow one pattern in several ways.
func TestNarrowersLeaveTheirPatternAlone(t *testing.T) {
	h := everything()
	exec := Note("exec").With("code", "0")
	_ = exec.With("stdout", "nope")
	_ = exec.With("code", "7")
	_ = exec.Saying("stdout", "nope")
	_ = exec.Of("q").In("side").Instance(9)
	if exec.String() != "note exec with code=0" || len(h.All(exec)) != 1 {
		t.Errorf("%s: %d", exec, len(h.All(exec)))
	}
}
