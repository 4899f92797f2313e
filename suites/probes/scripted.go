package probes

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What the probes of the scripted containers ask for.
const (
	startup        = "/script?startup&codes=503,503,200,418"
	liveness       = "/script?liveness&first=200,200,200,500&codes=200"
	readyOfStartup = "/status/200?readiness"
	failing        = "/script?first=500,500,418&codes=200"
	consecutive    = "/script?codes=500,500,200,500,500,204&done=/done/done"
	readiness      = "/script?codes=200,200,200,500,500,500,500,200"
)

// Probes that are answered by a script.
//
//  1. a pod with restartPolicy OnFailure and the containers
//     startup: its startup probe fails twice, and then its liveness probe succeeds
//     three times and fails; in its second instance it does not fail again,
//     failing: its startup probe always fails in its first instance, two times being
//     enough,
//     readiness: its readiness probe succeeds, fails four times, and succeeds again,
//     consecutive: its liveness probe never fails three times in a row.
//     All exit 0 on the stop signal
//  2. wait until the restarted containers and the pod are ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("probes with a script", "probes/scripted", func(s *S) {
	asked := func(path string, code string, instance int) Pattern {
		return Request(path).With("c", code).Instance(instance)
	}
	unready := KubeEventSaying("Unhealthy", "Readiness probe failed").In("readiness")
	s.Do(Create(), Await(unready, Patience), Await(PodVersion(Restarts("failing", 1)), Patience),
		AwaitFor("the second instance's startup, and readiness", Patience, func(h *History) bool {
			starting := h.First(PodVersion(Restarted("startup").And(ContainerRunning("startup")).And(Not(ContainerStarted("startup")))))
			all := h.All(PodVersion(Restarted("startup").And(ContainerStarted("startup")).And(PodReady())))
			return starting != nil && len(all) > 0 && all[len(all)-1].Seq > starting.Seq
		}),
		Delete(), AwaitTerminated())

	s.Check("probe.startup-gates-others", func(j *judge.J, h *History) {
		for _, other := range []string{liveness, readyOfStartup} {
			j.Expect(h).To(HappenBefore(asked(startup, "200", 1), asked(other, "200", 1)))
		}
	})
	s.Check("probe.startup-gates-after-restart", func(j *judge.J, h *History) {
		second := Restarts("startup", 1)
		j.Expect(h).To(HappenBefore(asked(startup, "200", 2), PodVersion(second.And(ContainerStarted("startup")))))
		j.Expect(h).To(HappenBefore(asked(startup, "200", 2), PodVersion(second.And(ContainerReady("startup")))))
	})
	s.Check("probe.startup-stops-after-success", func(j *judge.J, h *History) {
		// Three seconds and more went by: the liveness probe was sent four times.
		j.Expect(h).To(HappenBefore(asked(startup, "200", 1), asked(liveness, "500", 1).With("n", "3")))
		j.Expect(h).To(ContainNo(asked(startup, "418", 1)))
		// A kubelet with kubernetes#141155 may send the liveness probe to the second
		// instance before it listens, and stop it: then the third one is asked.
		next := 2
		if h.First(Start().In("startup").Instance(3)) != nil {
			next = 3
		}
		j.Expect(h).To(Contain(asked(startup, "503", next)))
		j.Expect(h).To(Contain(asked(startup, "200", next)))
	})
	s.Check("probe.startup-periodic", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(asked(startup, "503", 1)))
		j.Expect(h).To(Contain(asked(startup, "200", 1).With("n", "2")))
		j.Expect(h).To(ContainNo(KubeEventSaying("Killing", "startup probe").In("startup")))
		// Two failures are the threshold of the other; what found no listener yet is one too.
		j.Expect(h).To(ContainNo(asked(failing, "418", 1)))
	})
	s.Check("probe.startup-failure-kills-container", func(j *judge.J, h *History) {
		first := func(p Pattern) Pattern { return p.In("failing").Instance(1) }
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed startup probe, will be restarted").In("failing")))
		j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Signal("SIGTERM"))))
		j.Expect(h).To(Contain(Start().In("failing").Instance(2)))
		for _, sibling := range []string{"readiness", "consecutive"} {
			j.Expect(h).To(ContainTimes(Start().In(sibling), 1))
			j.Expect(h).To(HappenBefore(Start().In("failing").Instance(2), Signal("SIGTERM").In(sibling)))
		}
		pod := h.Pod("scripted")
		j.Expect(h).To(ContainNo(PodVersion(otherThan(pod.UID, pod.Status.PodIP))))
	})
	s.Check("probe.liveness-restart-any-exit", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeEventSaying("Killing", "failed liveness probe, will be restarted").In("startup")))
		j.Expect(h).To(Contain(Terminated().In("startup").Instance(1).With("exitCode", "0")))
		j.Expect(h).To(Contain(Start().In("startup").Instance(2)))
	})
	s.Check("probe.readiness-runs-no-hook", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(unready))
		j.Expect(h).To(Contain(Request(readiness).In("readiness").With("c", "500").With("n", "3")))
		j.Expect(h).To(Contain(Request(readiness).In("readiness").With("c", "200").With("n", "4")))
		j.Expect(h).To(HappenBefore(StepBegin("delete"), HookBegin(PreStop).In("readiness")))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("readiness"))))
		j.Expect(h).To(ContainTimes(Start().In("readiness"), 1))
	})
	s.Check("probe.failure-threshold-consecutive", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Request(consecutive).With("c", "204").With("n", "2"))) // all five answers before it were given
		j.Expect(h).To(ContainTimes(Request(consecutive).With("c", "500"), 2))
		j.Expect(h).To(ContainNo(KubeEventSaying("Killing", "liveness").In("consecutive")))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("consecutive"))))
	})
})

// otherThan is true of a version of a pod with another UID, or with another IP.
func otherThan(uid types.UID, ip string) Condition {
	return Condition{What: "another UID or IP", Is: func(p *corev1.Pod) bool {
		return p.UID != uid || p.Status.PodIP != "" && p.Status.PodIP != ip
	}}
}
