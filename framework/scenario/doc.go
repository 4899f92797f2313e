// Package scenario is how a suite says what it does: a fixture, the steps that
// it is put through, and the checks that judge the history which comes of it.
//
// A suite file declares one scenario:
//
//	var _ = scenario.Describe("preStop exec before the stop signal", "prestop/exec_before_term", func(s *scenario.S) {
//		s.Do(scenario.Create(), scenario.AwaitReady(), scenario.Delete(), scenario.AwaitTerminated())
//		s.Check("prestop.before-term", func(j *judge.J, h *history.History) {
//			j.Expect(h).To(history.HappenBefore(history.HookEnd(history.PreStop), history.Signal("SIGTERM")))
//		})
//	})
//
// Describe registers it twice: here, where `judge` and the unit tests find its
// checks, and with Ginkgo, as an ordered container with one spec a check. What a
// spec does is wait for the scenario's results from the [Runner] (package run),
// which may have begun the scenario long before its spec's turn.
//
// When not to use it: for anything that has no history. A check never talks to
// a cluster; what it needs to know must be recorded by a step.
package scenario
