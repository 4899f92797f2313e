package prestop

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
)

// expectStopped expects of an instance of a container (narrow says which) that
// its preStop hook began after the cause and ended before the stop signal came.
func expectStopped(j *judge.J, h *History, cause Pattern, narrow func(Pattern) Pattern) {
	j.Expect(h).To(HappenBefore(cause, narrow(HookBegin(PreStop))))
	j.Expect(h).To(HappenBefore(narrow(HookEnd(PreStop)), narrow(Signal("SIGTERM"))))
}
