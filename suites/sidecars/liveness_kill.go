package sidecars

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// One container is killed for its liveness probe; what of the others, and of the
// probe?
//
//  1. a pod with three containers: the first liveness probe of a's first instance
//     fails, and a's preStop hook takes 4 s; b has a preStop hook too; c ends with
//     exit code 1 when a's hook begins, in its first instance only
//  2. wait until a and c run again; delete the pod with 2 s of grace
//  3. wait until the kubelet is done with it
var _ = Describe("one container is killed", "sidecars/liveness_kill", func(s *S) {
	again := func(c string) Pattern { return PodVersion(Restarts(c, 1).And(ContainerRunning(c))) }
	killing := KubeEventSaying("Killing", "failed liveness probe")
	s.Do(Create(), Await(again("a"), Patience), Await(again("c"), Patience), Await(killing, Patience),
		Delete(Grace(2*time.Second)), AwaitTerminated())

	s.Check("multi.container-restart-only", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookEnd(PreStop).In("a").Instance(1)))
		j.Expect(h).To(Contain(Start().In("a").Instance(2)))
		// b's hook runs once, because the pod is deleted.
		j.Expect(h).To(ContainTimes(HookBegin(PreStop).In("b"), 1))
		j.Expect(h).To(HappenBefore(StepBegin("delete"), HookBegin(PreStop).In("b")))
		j.Expect(h).To(ContainNo(PodVersion(Restarted("b"))))
	})
	s.Check("multi.liveness-kill-blocks-sync", func(j *judge.J, h *History) {
		// A restart takes a second or two, the hook four.
		j.Expect(h).To(HappenBefore(Exit().In("c").Instance(1), HookEnd(PreStop).In("a").Instance(1)))
		j.Expect(h).To(HappenBefore(Signal("SIGTERM").In("a").Instance(1), Start().In("c").Instance(2)))
	})
	s.Check("probe.on-hold-during-kill", func(j *judge.J, h *History) {
		probed := func(code string) Pattern { return Entry("http").In("a").Instance(1).With("c", code) }
		j.Expect(h).To(HappenBefore(probed("500"), HookEnd(PreStop).In("a").Instance(1)))
		j.Expect(h).To(ContainNo(probed("501")))
		j.Expect(h).To(ContainTimes(killing.In("a"), 1))
	})
})
