package status

import (
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Probes and restarts while the preStop hook of a deleted pod runs.
//
//  1. a pod with the sidecars l and x and the app containers a, b, c and d. While
//     a's preStop hook runs, the readiness of a (httpGet) and b (exec) fails, the
//     liveness of a and l would, and c and x end with exit code 1; d stays ready
//  2. wait until it is ready; delete it
//  3. a's hook goes on until l's liveness and a's readiness have failed, and 4 s more
//  4. wait until the kubelet is done with the pod
var _ = Describe("a pod with a busy termination", "status/termination", func(s *S) {
	const live, ready = "/s/live", "/s/ready"
	hook, ended := HookBegin(PreStop).In("a"), HookEnd(PreStop).In("a")
	unready := func(c string) Pattern {
		return PodVersion(Deleting().And(ContainerRunning(c)).And(Not(ContainerReady(c))))
	}
	livenessKill := func(c string) Pattern { return KubeEventSaying("Killing", "liveness").In(c) }
	// The probes of l and a had time to fail: what did not happen would have.
	busy := func(j *judge.J, h *History) {
		for _, file := range []string{"/s/dead", "/s/unready"} {
			j.Expect(h).To(Contain(Entry("awaited").In("a").With("name", file).With("ok", "true")))
		}
		j.Expect(h).To(HappenBefore(hook, ended))
	}
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated(), Await(KubeEvent("Killing").In("a"), Patience))

	s.Check("status.ready-in-prestop", func(j *judge.J, h *History) {
		j.Expect(h).To(HoldThroughout(hook, ended, ContainerReady("d")))
		j.Expect(h).To(HappenBefore(Entry("removed").In("a").With("path", ready), Request("/ready?file=/s/ready&missed=/s/unready").In("a").With("c", "503")))
		j.Expect(h).To(Contain(unready("a")))
		j.Expect(h).To(Contain(PodVersion(Deleting().And(Phase("Running")).And(PodConditionIs(corev1.PodReady, corev1.ConditionFalse, "ContainersNotReady")))))
	})
	s.Check("status.ready-in-prestop-exec", func(j *judge.J, h *History) {
		busy(j, h)
		j.Expect(h).To(Contain(unready("b")))
	})
	s.Check("status.liveness-stopped", func(j *judge.J, h *History) {
		busy(j, h)
		j.Expect(h).To(Contain(Request("/ready?file="+live).In("a").With("c", "200")))
		j.Expect(h).To(ContainNo(Request("/ready?file="+live).In("a").With("c", "503")))
		j.Expect(h).To(ContainNo(livenessKill("a")))
	})
	s.Check("status.no-restart-in-termination", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(Exit().In("c").With("code", "1"), ended))
		// Of many restarts the record misses some, and with them the starts; so the count comes first.
		for _, c := range []string{"a", "b", "c", "d"} {
			j.Expect(h).To(ContainNo(PodVersion(Restarted(c))))
		}
		for _, c := range []string{"a", "b", "c", "d"} {
			j.Expect(h).To(ContainTimes(Start().In(c), 1))
		}
	})
	s.Check("status.podip-kept", func(j *judge.J, h *History) {
		ip := h.Pod("termination").Status.PodIP
		kept := Condition{What: "the pod's IP in podIP and podIPs", Is: func(p *corev1.Pod) bool {
			return ip != "" && p.Status.PodIP == ip && len(p.Status.PodIPs) > 0 && p.Status.PodIPs[0].IP == ip
		}}
		j.Expect(h).To(Contain(PodVersion(Deleting().And(Phase("Failed", "Succeeded")).And(kept))))
		j.Expect(h).To(ContainNo(PodVersion(Deleting().And(Not(kept)))))
	})
	s.Check("status.observed-generation", func(j *judge.J, h *History) {
		follows := Condition{What: "status.observedGeneration at metadata.generation", Is: func(p *corev1.Pod) bool {
			return p.Status.ObservedGeneration == p.Generation
		}}
		none := Condition{What: "no status.observedGeneration", Is: func(p *corev1.Pod) bool { return p.Status.ObservedGeneration == 0 }}
		terminal := Deleting().And(Phase("Failed", "Succeeded"))
		if h.First(PodVersion(terminal.And(none))) != nil {
			j.Outcome("the final status has no observedGeneration")
			j.Expect(h).To(ContainNo(PodVersion(Not(none))))
			return
		}
		j.Outcome("the final status has the generation that the deletion made")
		j.Expect(h).To(Contain(PodVersion(terminal.And(follows))))
	})
	s.Check("sidecar.not-restarted-in-termination", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(Exit().In("x").With("code", "1"), ended))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("x"))))
		j.Expect(h).To(ContainTimes(Start().In("x"), 1))
	})
	s.Check("sidecar.probes-during-termination", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(hook, Request("/ready?file=/s/live&missed=/s/dead").In("l").With("c", "503")))
		j.Expect(h).To(ContainTimes(Start().In("l"), 1))
		j.Expect(h).To(ContainNo(livenessKill("l")))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("l"))))
	})
})
