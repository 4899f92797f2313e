package admission

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What becomes of a pod with hooks on its way into the API server, and which
// changes of its hooks are possible.
//
//  1. create a pod that is never scheduled, and compare it with what is stored
//  2. ask about changes of its hooks, and about ephemeral containers with and
//     without one
var _ = Describe("the hooks of a pod that is stored", "admission/stored_pod", func(s *S) {
	const (
		pod       = "stored-pod"
		ephemeral = `{"spec":{"ephemeralContainers":[{"name":"debug","image":"hookcheck.dev/agent"`
		exec      = `{"exec":{"command":["/agent","other"]}}`
	)
	update := func(name, lifecycle string) Step {
		return AskUpdate(name, pod, "", `{"spec":{"containers":[{"name":"app","lifecycle":`+lifecycle+`}]}}`)
	}
	s.Do(Create(),
		update("change", `{"preStop":`+exec+`}`),
		update("addition", `{"postStart":`+exec+`}`),
		update("removal", `null`),
		AskUpdate("debug", pod, "ephemeralcontainers", ephemeral+`}]}}`),
		AskUpdate("debug-with-hook", pod, "ephemeralcontainers", ephemeral+`,"lifecycle":{"preStop":`+exec+`}}]}}`))

	s.Check("env.pod-as-written", func(j *judge.J, h *History) {
		j.Expect(h).To(StoredAsWritten(pod))
	})
	s.Check("api.ephemeral.forbidden", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Accepts("debug")))
		j.Expect(h).To(Contain(Refuses("debug-with-hook", "spec.ephemeralContainers[0].lifecycle", forbidden)))
	})
	s.Check("api.lifecycle.immutable", func(j *judge.J, h *History) {
		for _, name := range []string{"change", "addition", "removal"} {
			j.Expect(h).To(Contain(Refuses(name, "spec", forbidden)))
		}
	})
})
