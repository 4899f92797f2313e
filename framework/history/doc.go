// Package history is the record of one scenario: what happened, from every
// side, in order, each event with its clock. It is pure: it knows the
// Kubernetes API types but no client, no clock and no network, so that a
// history judged in the run and the same history loaded from its file a year
// later give the same verdict.
//
// # What is recorded and what is derived
//
// The recorder appends raw events: versions of pods and endpoint slices as a
// watch delivered them, core/v1 Events, container logs, the steps of the
// runner, the pods as it wrote them, gaps of a watch. From a pod's versions the
// history derives more, at the moment they are appended or loaded: the states of
// each container instance, and the entries of the journal that the fixture's
// processes wrote into the termination message (package journal). Derived events
// are never stored: a newer hookcheck reads an old record with what it knows by
// then. The same holds for what the platform made of a pod before it was stored
// ([History.Rewrites]).
//
// # Clocks
//
// Each time names its clock and its width: the true instant lies in
// [At, At+Width). A whole-second API field has a width of one second. Two times
// of one clock compare directly; two clocks compare through the offsets that
// the run measured (Header.Offsets), with their error. Where the intervals
// overlap the answer is [ErrUnclear], and the verdict is inconclusive.
//
// # Reading it
//
// A [Pattern] describes events ("the end of the preStop hook in app"); the
// Gomega matchers ([HappenBefore], [Elapse], [Contain], …) state what must hold
// among them and print the window of the timeline when it does not.
package history
