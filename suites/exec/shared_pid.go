package exec

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Who PID 1 is where the containers of a pod share their processes.
//
//  1. a pod with shareProcessNamespace whose postStart hook writes down the name
//     of PID 1
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("an exec hook among shared processes", "exec/shared_pid", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("exec.in-sharepid", func(j *judge.J, h *History) {
		hook := Entry("process").With("name", PostStart)
		j.Expect(h).To(Contain(hook))
		j.Expect(h).To(ContainNo(hook.With("pid1", "agent")))
		j.Expect(h).To(ContainNo(Start().With("pid", "1")))
		j.Expect(h).To(Contain(Signal("SIGTERM")))
	})
})
