package admission

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// How long a hook may sleep, and which grace periods there may be.
//
//  1. ask the API server about pods with sleeps below, at and above the bounds,
//     with grace periods of probes, and with a negative one
var _ = Describe("the durations that the API accepts", "admission/sleep_and_grace", func(s *S) {
	const podGrace = "spec.terminationGracePeriodSeconds"
	s.Do(Ask())

	s.Check("api.sleep.range", func(j *judge.J, h *History) {
		for i, name := range []string{postStart, postStart, preStop, preStop} { // each: -1, and one more than the grace period
			j.Expect(h).To(Contain(Refuses("sleep-and-grace-range", hook(i, name)+".sleep", invalid)))
		}
		j.Expect(h).To(Contain(Accepts("sleep-and-grace-equal").With(hook(0, postStart)+".sleep.seconds", "10").With(hook(0, preStop)+".sleep.seconds", "1")))
	})
	s.Check("api.sleep.zero", func(j *judge.J, h *History) {
		accepted := Accepts("sleep-and-grace-zero").With(hook(0, postStart)+".sleep.seconds", "0").With(hook(1, preStop)+".sleep.seconds", "0")
		switch {
		case since(j, h, "1.33"):
			j.Expect(h).To(Contain(accepted))
			j.Outcome("accepted")
		case since(j, h, "1.32") && h.First(accepted) != nil: // the gate is there, and off by default
			j.Expect(h).To(Contain(accepted))
			j.Outcome("accepted by an alpha feature gate")
		default:
			j.Expect(h).To(Contain(Refuses("sleep-and-grace-zero", hook(0, postStart)+".sleep", invalid)))
			j.Expect(h).To(Contain(Refuses("sleep-and-grace-zero", hook(1, preStop)+".sleep", invalid)))
			j.Outcome("refused")
		}
	})
	s.Check("api.sleep.tgps-default-and-zero", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Accepts("sleep-and-grace-default").With(hook(0, preStop)+".sleep.seconds", "30").With(podGrace, "30")))
		j.Expect(h).To(Contain(Refuses("sleep-and-grace-beyond-default", hook(0, preStop)+".sleep", invalid)))
		j.Expect(h).To(Contain(Refuses("sleep-and-grace-none", hook(0, preStop)+".sleep", invalid)))
		if since(j, h, "1.33") {
			j.Expect(h).To(Contain(Accepts("sleep-and-grace-none-zero").With(hook(0, preStop)+".sleep.seconds", "0").With(podGrace, "0")))
		}
	})
	s.Check("api.probe-grace.validation", func(j *judge.J, h *History) {
		const field = "terminationGracePeriodSeconds"
		refused := func(path string) { j.Expect(h).To(Contain(Refuses("sleep-and-grace-probes", path+"."+field, invalid))) }
		refused("spec.containers[0].livenessProbe") // 0
		refused("spec.containers[1].livenessProbe") // -1
		refused("spec.containers[2].startupProbe")
		refused("spec.containers[3].startupProbe")
		refused("spec.containers[4].readinessProbe") // 5: none may be set
		j.Expect(h).To(Contain(Accepts("sleep-and-grace-probes-good").With("spec.containers[0].livenessProbe."+field, "5").
			With("spec.containers[0].startupProbe."+field, "7")))
	})
	s.Check("api.tgps.negative", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Accepts("sleep-and-grace-negative").With(podGrace, "1")))
		j.Expect(h).To(Contain(Accepts("sleep-and-grace-omitted").With(podGrace, "30")))
	})
})
