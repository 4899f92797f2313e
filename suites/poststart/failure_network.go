package poststart

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// postStart hooks that the kubelet itself cannot carry out.
//
//  1. a pod whose postStart is an httpGet of a port where nobody listens, and one
//     whose postStart is a tcpSocket of a port where somebody does
//  2. wait until both hooks have failed and the second pod waits for its restart;
//     delete both
//  3. wait until the kubelet is done with them
var _ = Describe("failing httpGet and tcpSocket postStart", "poststart/failure_network", func(s *S) {
	const refused, tcp = "failure-network-refused", "failure-network-tcp"
	failed := KubeEvent("FailedPostStartHook")
	waiting := Waiting("PostStartHookError|CrashLoopBackOff")
	s.Do(Create(), Await(failed.Of(refused), Patience), Await(failed.Of(tcp), Patience),
		Await(Waiting("PostStartHookError").Of(tcp), Patience), Delete(), AwaitTerminated())

	s.Check("poststart.failure.http-conn-refused", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.Of(refused)))
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "FailedPostStartHook").Of(refused)))
		j.Expect(h).To(Contain(Terminated().Of(refused).Instance(1)))
	})
	s.Check("poststart.failure.tcpsocket", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.Of(tcp)))
		j.Expect(h).To(Contain(waiting.Of(tcp)))
		j.Expect(h).To(ContainNo(Entry("tcp").Of(tcp).In("server")))
	})
	s.Check("tcp.poststart-fails", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.Of(tcp).In("app")))
		j.Expect(h).To(Contain(Waiting("PostStartHookError").Of(tcp).In("app").Saying("message", "invalid handler")))
		j.Expect(h).To(ContainNo(PodVersion(ContainerRunning("app")).Of(tcp)))
	})
})
