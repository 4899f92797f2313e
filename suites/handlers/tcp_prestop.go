package handlers

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// preStop hooks without a connection, and the stop signal that follows at once.
//
//  1. a pod with a container whose preStop is a tcpSocket of a port where its
//     entrypoint listens, and one whose preStop is an httpGet of a port where
//     nobody does
//  2. wait until it is ready; delete it with 60 s of grace
//  3. wait until the kubelet is done with it and the Events are there
var _ = Describe("preStop hooks without a connection", "handlers/tcp_prestop", func(s *S) {
	failed := KubeEvent("FailedPreStopHook")
	s.Do(Create(), AwaitReady(), Delete(Grace(60*time.Second)), AwaitTerminated(), Await(failed.In("app"), Patience), Await(failed.In("refused"), Patience))

	s.Check("tcp.prestop-fails", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.In("app")))
		j.Expect(h).To(ContainNo(Entry("tcp").In("app")))
		j.Expect(h).To(Elapse(StepBegin("delete"), Signal("SIGTERM").In("app"), -ClockError, Reaction))
	})
	s.Check("http.conn-refused", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(failed.In("refused"), 1))
		j.Expect(h).To(Elapse(StepBegin("delete"), Signal("SIGTERM").In("refused"), -ClockError, Reaction))
	})
})
