package metrics

import (
	"strconv"
	"time"

	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

const (
	fallbacks  = "kubelet_lifecycle_handler_http_fallbacks_total"
	terminated = "kubelet_sleep_action_terminated_early_total"
	errors     = "kubelet_started_containers_errors_total"
)

// The kubelet counts what becomes of hooks. Its counters are those of the whole
// node, so nothing else may run.
//
//  1. read the counters
//  2. a pod with a server, and a container with a preStop hook that sleeps for
//     20 s; a pod with a postStart hook that asks the server by HTTPS, which it does
//     not speak, and one that fails
//  3. wait until that has happened; delete the pods with 2 s of grace, and wait
//     until the kubelet is done with them
//  4. read the counters again, a second later: the hook that is cut short ends after
//     the container, when the kubelet notices
var _ = Describe("what the kubelet counts of hooks", "metrics/counters", func(s *S) {
	s.Alone()
	read := ReadMetrics(fallbacks, terminated, errors)
	s.Do(read, Create("counters"), AwaitReady("counters"), Create("counters-hooks"),
		Await(KubeEvent("FailedPostStartHook").Of("counters-hooks"), Patience),
		Delete(Grace(2*time.Second)), AwaitTerminated(), Observe(time.Second), read)

	s.Check("metrics.http-fallback", func(j *judge.J, h *History) {
		j.Expect(grown(h, fallbacks)).To(gomega.BeNumerically(">=", 1), "growth of "+fallbacks)
	})
	s.Check("metrics.started-errors", func(j *judge.J, h *History) {
		const series = errors + `{code="PostStartHookError",container_type="container"}`
		j.Expect(grown(h, series)).To(gomega.BeNumerically(">=", 1), "growth of "+series)
	})
	s.Check("metrics.sleep-terminated", func(j *judge.J, h *History) {
		j.Expect(h).To(Elapse(StepBegin("delete").Of("counters"), Signal("SIGTERM").Of("counters").In("sleeping"), 2*time.Second-ClockError, 20*time.Second-Early))
		j.Expect(grown(h, terminated)).To(gomega.BeNumerically(">=", 1), "growth of "+terminated)
	})
})

// grown is by how much a counter grew between the first reading and the last. One
// that is missing has not been used.
func grown(h *History, series string) float64 {
	notes := h.All(Note("metrics"))
	if len(notes) < 2 {
		return 0
	}
	value := func(e *Event) float64 {
		v, err := strconv.ParseFloat(e.Fields[series], 64)
		if err != nil {
			return 0
		}
		return v
	}
	return value(notes[len(notes)-1]) - value(notes[0])
}
