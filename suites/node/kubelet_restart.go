package node

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A kubelet stops and starts again while hooks run.
//
//  1. pods of which one has its preStop hook under way after a deletion, one
//     after a failed liveness probe, one its postStart hook, one its postStart
//     hook though it was deleted; one is ordinary, one has a limited volume, and
//     so has one of critical priority
//  2. stop the kubelet; force the deletion of the ordinary one, pass the limits of
//     the volumes; start the kubelet
//  3. wait until it is done with them; delete the rest
var _ = Describe("a restart of the kubelet", "node/kubelet_restart", func(s *S) {
	const (
		preStop   = "kubelet-restart-prestop"
		liveness  = "kubelet-restart-liveness"
		postStart = "kubelet-restart-poststart"
		hung      = "kubelet-restart-hung"
		orphan    = "kubelet-restart-orphan"
		local     = "kubelet-restart-local"
		critical  = "kubelet-restart-critical"
		grace     = 10 * time.Second // of preStop
	)
	term, started := Signal("SIGTERM"), StepBegin("start-kubelet")
	beginOf := func(hook string) string { return "hook-begin name=" + hook }
	again := PodVersion(Restarts("app", 1)).Of(liveness)
	s.Alone()
	s.Do(Create(preStop, postStart, hung, orphan, local, critical), AwaitReady(preStop, orphan, local, critical),
		AwaitJournal(postStart, "app", beginOf(PostStart), Patience), AwaitJournal(hung, "app", beginOf(PostStart), Patience),
		HoldJournals("app", orphan, local),
		Create(liveness), AwaitJournal(liveness, "app", beginOf(PreStop), Patience),
		DeletePods([]string{hung, preStop}), AwaitJournal(preStop, "app", beginOf(PreStop), Patience),
		StopKubelet(), ExceedLimit(local, "limited", 5<<20), ExceedLimit(critical, "limited", 5<<20), DeletePods([]string{orphan}, Grace(0)), StartKubelet("volumeStatsAggPeriod: 2s"),
		Await(PodVersion(PodReady()).Of(postStart), Patience), DeletePods([]string{postStart}),
		AwaitTerminated(preStop, postStart, hung, local), AwaitStopped(orphan, Patience), ReadJournals("app", orphan, local),
		Await(again, Patience), Observe(3*time.Second))

	// The process of a hook is told from another's by its id.
	nth := func(h *History, p Pattern, n int) Pattern {
		if all := h.All(p); len(all) > n {
			return p.With("pid", all[n].Fields["pid"])
		}
		return p.With("pid", "of another run")
	}
	s.Check("delivery.prestop.kubelet-restart", func(j *judge.J, h *History) {
		for _, pod := range []string{preStop, liveness} {
			begin := HookBegin(PreStop).Of(pod).Instance(1)
			j.Expect(h).To(HappenBefore(nth(h, begin, 0), started))
			j.Expect(h).To(follow(started, nth(h, begin, 1)))
			j.Expect(h).To(ContainTimes(begin, 2))
			j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(pod).Instance(1), term.Of(pod).Instance(1)))
		}
		// The rest of the grace period would be shorter by what went by between
		// the two.
		j.Expect(h).To(Elapse(nth(h, HookBegin(PreStop).Of(preStop), 1), LastBeat().Of(preStop), grace-Early, grace+Reaction))
	})
	s.Check("delivery.poststart.kubelet-restart", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookBegin(PostStart).Of(postStart), started))
		j.Expect(h).To(ContainTimes(HookBegin(PostStart).Of(postStart), 1))
		j.Expect(h).To(ContainNo(HookEnd(PostStart).Of(postStart)))
		j.Expect(h).To(HappenBefore(started, PodVersion(PodReady()).Of(postStart)))
		j.Expect(h).To(follow(started, Start().Of(postStart).In("next")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").Of(postStart)))
	})
	s.Check("node.hung-poststart-freed-by-restart", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookBegin(PostStart).Of(hung), StepBegin("delete").Of(hung)))
		j.Expect(h).To(ContainNo(HookEnd(PostStart).Of(hung)))
		// Else the hook would have held it for 5 minutes.
		j.Expect(h).To(follow(started, term.Of(hung)))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodSucceeded)).Of(hung)))
	})
	s.Check("node.orphan-after-force", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(Removed().Of(orphan), started))
		// Its own grace period is 120 s.
		j.Expect(h).To(follow(started, LastBeat().Of(orphan)))
		if h.First(term.Of(orphan)) == nil {
			j.Outcome("SIGKILL without a stop signal")
			return
		}
		j.Outcome("stop signal, then SIGKILL")
		j.Expect(h).To(Elapse(term.Of(orphan), LastBeat().Of(orphan), -Early, Floor+Reaction))
	})
	s.Check("prestop.skip.orphan", func(j *judge.J, h *History) {
		j.Expect(h).To(follow(started, LastBeat().Of(orphan)))
		j.Expect(h).To(ContainNo(HookBegin(PreStop).Of(orphan)))
	})
	s.Check("prestop.trigger.kubelet-eviction-local", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(KubeEventSaying("Evicted", `Usage of EmptyDir volume "limited" exceeds the limit`).Of(local)))
		j.Expect(h).To(Contain(HookBegin(PreStop).Of(local)))
		// Not after the hook's 60 s, for which the pod's own grace period has room.
		j.Expect(h).To(Elapse(HookBegin(PreStop).Of(local), term.Of(local), 0, Reaction))
		j.Expect(h).To(Contain(PodVersion(Phase(corev1.PodFailed).And(StatusReason("Evicted"))).Of(local)))
	})
	s.Check("evict.critical-spared", func(j *judge.J, h *History) {
		// The kubelet looks at all pods in turn; of the other it has seen that the
		// limit is passed.
		j.Expect(h).To(HappenBefore(StepEnd("fill").Of(critical), KubeEvent("Evicted").Of(local)))
		j.Expect(h).To(HappenBefore(PodVersion(PodReady()).Of(critical), KubeEvent("Evicted").Of(local)))
		j.Expect(h).To(ContainNo(KubeEvent("Evicted").Of(critical)))
		j.Expect(h).To(ContainNo(PodVersion(Phase(corev1.PodFailed)).Of(critical)))
	})
	s.Check("evict.local-grace-doc", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookBegin(PreStop).Of(local), term.Of(local)))
		j.Expect(h).To(Elapse(term.Of(local), LastBeat().Of(local), Floor-Early, Floor+Reaction))
	})
})
