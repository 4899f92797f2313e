package poststart

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What waits for a postStart hook: the containers after a sidecar, and the probes
// of the container itself.
//
//  1. a pod with a sidecar, whose postStart hook takes 3 s and which has a startup
//     probe, an init container, and an app container, whose hook takes 3 s and
//     which has liveness and readiness probes
//  2. wait until it is ready, and its liveness probe has failed once; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("what waits for postStart", "poststart/held", func(s *S) {
	probe := func(name string) Pattern { return Entry("probe").With("name", name) }
	s.Do(Create(), AwaitReady(), Await(KubeEventSaying("Unhealthy", "^Liveness"), Patience), Delete(), AwaitTerminated())

	s.Check("poststart.sidecar-blocks-next", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(HookEnd(PostStart).In("sidecar"), Start().In("init")))
		j.Expect(h).To(HappenBefore(probe("startup").In("sidecar").With("ok", "true"), Start().In("init")))
		j.Expect(h).To(HappenBefore(HookEnd(PostStart).In("sidecar"), Start().In("app")))
		j.Expect(h).To(HappenBefore(Exit().In("init"), Start().In("app")))
	})
	s.Check("poststart.probes-wait", func(j *judge.J, h *History) {
		for name, container := range map[string]string{"startup": "sidecar", "liveness": "app", "readiness": "app"} {
			j.Expect(h).To(HappenBefore(HookEnd(PostStart).In(container), probe(name).In(container)))
		}
	})
})
