package restarts

import (
	"time"

	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A probe that fails asks the container's restartPolicy, not its rules.
//
//  1. a container with restartPolicy Never, a rule that restarts what exits with
//     code 42, and a liveness probe that fails after 1 s; it exits with that code
//     when it is stopped; a sibling goes on
//  2. wait until it has been stopped, and see for 5 s whether it comes back;
//     delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("restart rules and a failed probe", "restarts/probe_rule", func(s *S) {
	s.Do(Create(), Await(Terminated().In("app"), Patience), Observe(5*time.Second), Delete(), AwaitTerminated())

	s.Check("restart.rules.not-for-probe-kill", func(j *judge.J, h *History) {
		killing := KubeEvent("Killing").In("app")
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed liveness probe").In("app")))
		j.Expect(h.First(killing).EventObject.Message).NotTo(gomega.ContainSubstring("will be restarted"), "message of the Event Killing")
		j.Expect(h).To(Contain(Terminated().In("app").Instance(1).With("exitCode", "42")))
		if h.First(Running().In("app").Instance(2)) != nil {
			j.Outcome("the rule restarts it at the next synchronisation")
		} else {
			j.Outcome("it stays as it is")
		}
	})
})
