// Package engine gets a container engine that can run Kubernetes nodes.
//
// Where a Docker engine answers, it is used as it is. Where none does, a Debian or Ubuntu machine on which we
// are root gets Debian's, started by us and detached from us. Everything else ends in one sentence that says
// what to do: nothing is installed, configured or restarted that belongs to somebody.
//
// # The probe
//
// A node is a privileged container. On machines that are themselves confined, an engine may run ordinary
// containers and fail on those, since the runtime asks for every capability and the machine has not all of them
// ("unable to apply caps: operation not permitted"). So the engine is probed: one privileged container, and one
// process executed in it. Only where that fails for that reason, and only in an engine that we started, the
// runtime is wrapped by a program that leaves out of each request what the machine does not have; see
// progs/ocirunc. The result is remembered for as long as that engine runs.
//
// # After a kill
//
// Where an engine was killed together with its containers, as at the end of a CI job, their ends of network links
// are removed before the next one starts: they would answer for the addresses of its nodes.
//
// # What it keeps
//
// In the state directory of package xdg: dockerd.log; dockerd.json, which says what we started, and whether it
// needed the wrapper; probe.json, the last result; ocirunc, the wrapper, where there is one. An engine that we
// started keeps running. `kill $(jq .pid dockerd.json)` ends it.
package engine
