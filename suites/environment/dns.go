package environment

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A postStart hook resolves the name of a Service.
//
//  1. a pod whose postStart hook asks the Service kubernetes, by name, for something
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("name resolution in a hook", "environment/dns", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("env.service-dns", func(j *judge.J, h *History) {
		// Whether the API server could be reached, and what it answered, is another matter.
		j.Expect(h).To(Contain(HookEnd(PostStart)))
		j.Expect(h).To(ContainNo(HookEnd(PostStart).Saying("err", `\blookup\b`)))
	})
})
