package handlers

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A tcpSocket hook fails without a connection, and the stop signal follows.
//
//  1. a pod whose preStop is a tcpSocket of a port where its entrypoint listens
//  2. wait until it is ready; delete it with 60 s of grace
//  3. wait until the kubelet is done with it and the Event is there
var _ = Describe("a tcpSocket preStop", "handlers/tcp_prestop", func(s *S) {
	failed := KubeEvent("FailedPreStopHook")
	s.Do(Create(), AwaitReady(), Delete(Grace(60*time.Second)), AwaitTerminated(), Await(failed, Patience))

	s.Check("tcp.prestop-fails", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.In("app")))
		j.Expect(h).To(ContainNo(Entry("tcp").In("app")))
		j.Expect(h).To(Elapse(StepBegin("delete"), Signal("SIGTERM"), -ClockError, Reaction))
	})
})
