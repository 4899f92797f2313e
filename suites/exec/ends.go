package exec

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// How exec hooks end other than by themselves, and a sleep hook in an image that
// has no program for it.
//
//  1. a pod with a container for each: a hook that is killed by a signal, one
//     whose program is not in the image, a sleep of 3 s, a hook that takes more
//     memory than its container has, and one that writes 20 MiB
//  2. wait until the last hook has failed or its container is reported running,
//     for the Events of the failures, and until the sleeping container is reported
//     running; delete the pod
//  3. wait until the kubelet is done with it
var _ = Describe("the ends of exec hooks", "exec/ends", func(s *S) {
	const sleep = 3 * time.Second
	failed := KubeEvent("FailedPostStartHook")
	over := func(h *History) bool {
		return h.First(failed.In("loud")) != nil || h.First(PodVersion(ContainerRunning("loud"))) != nil
	}
	s.Do(Create(), AwaitFor("the end of the last hook", Patience, over), Await(failed.In("killed"), Patience), Await(failed.In("missing"), Patience),
		Await(PodVersion(ContainerRunning("sleeping")), Patience), Delete(), AwaitTerminated())

	s.Check("exec.signal-death", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookBegin(PostStart).In("killed")))
		j.Expect(h).To(Contain(failed.In("killed")))
		j.Expect(h).To(Contain(Terminated().In("killed")))
	})
	s.Check("exec.distroless", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.In("missing")))
		j.Expect(h).To(ContainNo(failed.In("sleeping")))
		j.Expect(h).To(Contain(PodVersion(ContainerRunning("sleeping"))))
	})
	s.Check("sleep.no-shell-needed", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed.In("missing"))) // the image has no sleep
		j.Expect(h).To(Elapse(Start().In("sleeping"), Start().In("greedy"), sleep-Early, sleep+Reaction))
		j.Expect(h).To(ContainNo(failed.In("sleeping")))
	})
	s.Check("sleep.poststart-delays-running", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(Start().In("sleeping"), PodVersion(ContainerRunning("sleeping")), sleep-Early, sleep+2*Reaction))
	})
	s.Check("exec.memory-charged", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookBegin(PostStart).In("greedy")))
		j.Expect(h).To(ContainNo(HookEnd(PostStart).In("greedy")))
		j.Expect(h).To(Contain(failed.In("greedy")))
		if h.First(Signal("SIGTERM").In("greedy")) == nil {
			killed := Terminated().In("greedy").With("exitCode", "137")
			if h.First(killed.With("reason", "Error")) != nil {
				// containerd (handleContainerExit in internal/cri/server/events.go) reads
				// the cgroup's counter, which systemd may have removed by then.
				j.Inconclusive("the container was killed, and its runtime does not say that memory was the cause")
			}
			j.Expect(h).To(Contain(killed.With("reason", "OOMKilled")))
			j.Outcome("the container is killed with its hook")
			return
		}
		j.Outcome("only the hook is killed")
	})
	s.Check("exec.big-output", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(HookEnd(PostStart).In("loud").With("flooded", "20971520")))
		if h.First(failed.In("loud")) != nil {
			j.Outcome("the hook fails")
			return
		}
		j.Expect(h).To(Contain(PodVersion(ContainerRunning("loud"))))
		j.Outcome("the rest of the output is dropped")
	})
})
