// Package run is one run of hookcheck against one cluster: a namespace of its
// own, a recorder over it, scenarios carried through side by side, and nothing
// left behind.
//
// # Parallelism
//
// Scenarios wait far more than they compute, so one process runs many at once,
// ahead of the specs that report them: three watches and one client serve them
// all. `--procs` bounds how many. Under `ginkgo -p`, where Ginkgo deals specs
// out to processes, each process runs a scenario when its first spec comes up.
//
// # What is left when it is killed
//
// Everything a run creates is in its namespace (or carries its label, where the
// namespace was given) and is marked by a Lease that the run renews. What can be
// in no namespace, and a further one, names the run's in an annotation. A lease
// that is not renewed, or whose process is known to be gone, marks leftovers:
// [Cleanup] and the next run remove them.
package run
