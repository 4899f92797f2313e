package poststart

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Logs are refused while the first postStart hook runs, though a command can be
// run in the container.
//
//  1. a pod whose postStart hook waits for a mark
//  2. when its container has been started, ask for its log
//  3. run a command in the container that sets the mark; wait until the pod is ready
//  4. ask for the log again; delete the pod
//  5. wait until the kubelet is done with it
var _ = Describe("logs during postStart", "poststart/logs", func(s *S) {
	s.Do(Create(), Await(KubeEvent("Started"), Patience), ReadLog("logs", "app"),
		Exec("logs", "app", "/agent", "hook", "--name=release", "--mark=released"), AwaitReady(),
		ReadLog("logs", "app"), Delete(), AwaitTerminated())

	s.Check("poststart.logs-api", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Note("exec").With("code", "0")))
		j.Expect(h).To(Contain(Entry("awaited").With("name", "released").With("ok", "true")))
		j.Expect(h).To(ContainTimes(Note("read-log").With("code", "400").
			Saying("message", `^container "app" in pod "logs" is waiting to start: (ContainerCreating|PodInitializing)`), 1))
		j.Expect(h).To(ContainTimes(Note("read-log").With("code", "200"), 1))
		j.Expect(h).To(HappenBefore(Note("read-log").With("code", "400"), Note("exec")))
	})
})
