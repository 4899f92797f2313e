package exec

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What the command of an exec hook is given, and what its process is.
//
//  1. a pod with a container whose entrypoint and postStart hook write down what
//     they are, where the hook writes to stdout and stderr, and a container that
//     cannot write to its root filesystem, with both hooks
//  2. wait until it is ready; follow the log; delete it
//  3. wait until the kubelet is done with it and the log has ended
var _ = Describe("the process of an exec hook", "exec/process", func(s *S) {
	s.Do(Create(), AwaitReady(), FollowLog("process", "app"), Delete(), AwaitTerminated(), AwaitLog(), Await(KubeEvent("Killing").In("app"), Patience))

	var (
		argv   = Entry("hook-detail").In("app")
		hook   = Entry("process").In("app").With("name", PostStart)
		failed = KubeEvent("FailedPostStartHook")
	)
	// same expects that a field of the hook's entry has the value that it has in
	// the entrypoint's.
	same := func(j *judge.J, h *History, hook, app Pattern, fields ...string) {
		j.Expect(h).To(Contain(app))
		for _, field := range fields {
			j.Expect(h).To(Contain(hook.With(field, h.First(app).Fields[field])))
		}
	}
	app := Entry("process").In("app").With("name", "app")

	s.Check("exec.argv-no-shell", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(argv.Saying("argv", ` --stdout=on-stdout \$PLAIN .* \| cat > /x; exit 3 --stderr=on-stderr$`)))
		j.Expect(h).To(Contain(HookEnd(PostStart).In("app").With("exit", "0")))
	})
	s.Check("exec.no-dollar-expansion", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Entry("mark").In("app").With("name", "plain"))) // the entrypoint's --mark=$(PLAIN)
		j.Expect(h).To(Contain(argv.Saying("argv", `\$\(PLAIN\)`)))
	})
	s.Check("exec.exit-zero-success", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookEnd(PostStart).In("app").With("exit", "0")))
		j.Expect(h).To(ContainNo(failed.In("app")))
		j.Expect(h).To(Contain(PodVersion(ContainerReady("app"))))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("app"))))
	})
	s.Check("exec.user", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(hook.With("uid", "1234").With("gid", "2345").Saying("groups", `\b3456\b`).Saying("groups", `\b4567\b`)))
		same(j, h, hook, app, "uid", "gid", "groups", "caps", "nnp", "seccomp")
	})
	s.Check("exec.env", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(argv.Saying("env", "^PLAIN=plain,POD=process,KUBERNETES_SERVICE_HOST=[^,]+,PATH=")))
		same(j, h, argv, Entry("app-detail").In("app"), "env")
	})
	s.Check("exec.cwd", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookBegin(PostStart).In("app").With("cwd", "/elsewhere")))
	})
	s.Check("exec.namespaces", func(j *judge.J, h *History) {
		same(j, h, hook, app, "ns-mnt", "ns-net", "ns-pid", "ns-ipc", "ns-uts")
		same(j, h, argv, Entry("app-detail").In("app"), "cgroup")
	})
	s.Check("exec.no-tty-stdin", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(hook.With("tty", "false").With("stdin", "eof")))
	})
	s.Check("exec.output-not-in-logs", func(j *judge.J, h *History) {
		const output = "on-std(out|err)"
		j.Expect(h).To(Contain(Log().Saying("text", "app-detail")))
		j.Expect(h).To(ContainNo(Log().Saying("text", output)))
		j.Expect(h).To(ContainNo(AnyKubeEvent("an Event with the hook's output", func(e *corev1.Event) bool {
			return strings.Contains(e.Message, "on-stdout") || strings.Contains(e.Message, "on-stderr")
		})))
	})
	s.Check("exec.readonly-root", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Entry("wrote").In("readonly").Saying("err", "read-only file system")))
		for _, hook := range []string{PostStart, PreStop} {
			j.Expect(h).To(Contain(HookEnd(hook).In("readonly").With("exit", "0")))
		}
		j.Expect(h).To(ContainNo(failed.In("readonly")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").In("readonly")))
	})
})
