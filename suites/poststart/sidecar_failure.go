package poststart

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A sidecar whose postStart hook never succeeds: it is tried again with growing
// delay, and the pod gets no further.
//
//  1. a pod with restartPolicy Never and a sidecar whose postStart hook exits 1; the
//     sidecar's process exits 1 on the stop signal
//  2. wait until it was restarted twice, the second time after a back-off of mostly
//     10 s; delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("a sidecar whose postStart always fails", "poststart/sidecar_failure", func(s *S) {
	const backOff = 10 * time.Second // the first, unless the kubelet's configuration says less
	s.Do(Create(), Await(PodVersion(Restarts("sidecar", 2)), Patience), Delete(), AwaitTerminated())

	s.Check("poststart.sidecar-failure-blocks", func(j *judge.J, h *History) {
		if waits(j, h) {
			j.Expect(h).To(Contain(Waiting("PostStartHookError|CrashLoopBackOff").In("sidecar")))
		}
		j.Expect(h).To(HoldThroughout(Terminated().In("sidecar").Instance(2), StepBegin("delete"), Phase("Pending")))
		j.Expect(h).To(ContainNo(Start().In("app")))
		j.Expect(h).To(ContainNo(KubeEvent("Created").In("app")))
	})
	s.Check("poststart.failure.backoff", func(j *judge.J, h *History) {
		looping := ContainerWaiting("sidecar", "CrashLoopBackOff")
		j.Expect(h).To(ContainNo(PodVersion(looping.And(Restarts("sidecar", 0)))))
		if waits(j, h) {
			// A busy kubelet may publish it of the second restart only.
			j.Expect(h).To(Contain(PodVersion(looping)))
		}
		j.Expect(h).To(Contain(KubeEvent("BackOff").In("sidecar")))
		ended, again := Terminated().In("sidecar").Instance(2), Start().In("sidecar").Instance(3)
		// At least a second, which is the least that can be configured; the end has whole seconds.
		j.Expect(h).To(Elapse(ended, again, time.Second-Truncated, 2*backOff+Reaction))
		if low, high, err := h.Distance(h.First(ended), h.First(again)); err == nil {
			j.Measure("first_back_off_seconds", []float64{(low + (high-low)/2).Seconds()}, (high-low).Seconds()/2)
		}
	})
})

// waits tells whether a sidecar that is about to be restarted is shown as
// waiting. Before 1.35 it is not under restartPolicy Never: the status asks the
// pod's restartPolicy alone (pkg/kubelet/container/helpers.go
// ShouldContainerBeRestarted), and shows the container as terminated.
func waits(j *judge.J, h *History) bool {
	ok, err := h.KubeletAtLeast("1.35")
	if err != nil {
		j.Inconclusive(err.Error())
	}
	return ok
}
