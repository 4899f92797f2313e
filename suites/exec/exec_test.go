package exec

import (
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	hook, argv := Entry("process").In("app").With("name", PostStart), Entry("hook-detail").In("app")
	failed := func(container string) Edit {
		return Copy("a failed hook of "+container, KubeEvent("Started"), func(e *Event) {
			e.Container, e.Name, e.EventObject.Reason = container, "FailedPostStartHook", "FailedPostStartHook"
		})
	}
	said := KubeEvent("FailedPostStartHook")
	Run(t, "exec", Bad{
		// process
		"exec.argv-no-shell":       {Set(argv, "argv", "/agent hook --name=postStart --stdout=on-stdout"), Drop(HookEnd(PostStart).In("app"))},
		"exec.no-dollar-expansion": {Set(argv, "argv", "/agent hook --stdout=on-stdout $PLAIN plain | cat > /x; exit 3 --stderr=on-stderr")},
		"exec.exit-zero-success":   {failed("app"), Set(HookEnd(PostStart).In("app"), "exit", "1")},
		"exec.user": {
			Set(hook, "uid", "0"), Set(hook, "gid", "0"), Set(hook, "groups", "2345"), Set(hook, "nnp", "0"), Set(hook, "seccomp", "0"),
			Set(hook, "caps", "00000000a80425fb"),
		},
		"exec.env": {
			Set(argv, "env", "PLAIN,POD=process,KUBERNETES_SERVICE_HOST=10.96.0.1,PATH=/bin"),
			Set(argv, "env", "PLAIN=plain,POD=process,KUBERNETES_SERVICE_HOST=1.2.3.4,PATH=/bin"),
		},
		"exec.cwd": {Set(HookBegin(PostStart).In("app"), "cwd", "/")},
		"exec.namespaces": {
			Set(hook, "ns-mnt", "1"), Set(hook, "ns-net", "1"), Set(hook, "ns-pid", "1"), Set(hook, "ns-ipc", "1"), Set(hook, "ns-uts", "1"),
			Set(argv, "cgroup", "0::/elsewhere"),
		},
		"exec.no-tty-stdin": {Set(hook, "tty", "true"), Set(hook, "stdin", "open")},
		"exec.output-not-in-logs": {
			Set(Log(), "text", "app-detail on-stdout"), Set(Log(), "text", "app-detail on-stderr"),
			Say(KubeEvent("Killing").In("app"), "on-stdout"),
		},
		"exec.readonly-root": {failed("readonly"), Drop(HookEnd(PreStop).In("readonly"))},
		// shared_pid
		"exec.in-sharepid": {Set(Entry("process").With("name", PostStart), "pid1", "agent"), Set(Start(), "pid", "1")},
		// background
		"exec.background-child": {
			failed("holding"), Drop(Start().In("holding")), Copy("waited for the quiet child", HookBegin("child").In("quiet"), func(e *Event) { e.Name = "hook-end" }),
		},
		// ends
		"exec.signal-death": {Drop(said.In("killed"))},
		"exec.distroless":   {Drop(said.In("missing")), failed("sleeping")},
		"exec.memory-charged": {
			Drop(said.In("greedy")),
			Copy("the hook ran to its end", HookBegin(PostStart).In("greedy"), func(e *Event) { e.Name = "hook-end" }),
			Drop(Signal("SIGTERM").In("greedy")),
		},
		"exec.big-output":                {Drop(HookEnd(PostStart).In("loud")), Set(HookEnd(PostStart).In("loud"), "flooded", "4096")},
		"sleep.no-shell-needed":          {Drop(said.In("missing")), failed("sleeping"), Shift(Start().In("greedy"), -60*time.Second)},
		"sleep.poststart-delays-running": {Shift(PodVersion(ContainerRunning("sleeping")), -60*time.Second)},
	})
}

// A container that was killed by something may have been killed for its memory.
func TestKilledForNoReason(t *testing.T) {
	h, check := Case(t, "exec/ends", "exec.memory-charged")
	for _, edit := range []Edit{
		Drop(Signal("SIGTERM").In("greedy")), Set(Terminated().In("greedy"), "exitCode", "137"), Set(Terminated().In("greedy"), "reason", "Error"),
	} {
		if edit.Do(h) == 0 {
			t.Fatalf("%s: the edit changed nothing", edit.Name)
		}
	}
	if verdict, reason := check(h); verdict != "inconclusive" {
		t.Errorf("%s: %s", verdict, reason)
	}
}
