package history

import "time"

// The bounds, each with its reason. Lower bounds are what a requirement
// promises, less the error named here; upper bounds leave room for a small and
// busy node, and still exclude the behaviour that would be wrong: fixtures are
// built so that the two lie at least 2.5 s apart.
const (
	// stallWindow is how far from an event a stall still counts: an exec that
	// was asked for before it began, a status that is written after.
	stallWindow = 3 * time.Second
	// WatchLag is how much later than it was published a version may arrive:
	// some milliseconds, 0.05 to 0.5 s with a load average of 46.
	WatchLag = time.Second
	// Early is how much shorter a time may seem that begins with an entry of a
	// journal: the kubelet and the runtime acted before the process got to
	// write it (0.02–0.3 s measured on an idle node with two cores, 0.8 s on a
	// busy one). An exec hook has to be started first, and its first entry was
	// 1.5 s late once in 63 runs: what begins there, a request of ours bounds.
	Early = time.Second
	// ClockError is how well the node's clock must be known for a comparison
	// with a step of ours: 20 to 60 ms where exec is allowed, more on a busy node.
	ClockError = 500 * time.Millisecond
	// Truncated is what the kubelet's arithmetic loses: the time that a hook
	// took is cut to whole seconds before it is subtracted from the grace
	// period (kuberuntime_container.go executePreStopHook).
	Truncated = time.Second
	// Floor is the shortest time that the kubelet leaves between stop signal
	// and SIGKILL (kuberuntime_manager.go minimumGracePeriodInSeconds).
	Floor = 2 * time.Second
	// Reaction is how long after a request the kubelet may begin to act on a
	// busy node: up to 1.6 s measured with 15 pods on two cores, 4.0 s with 45,
	// 9 s with a load average of 26. Where it bounds something, the wrong
	// behaviour takes a grace period of 60 s.
	Reaction = 30 * time.Second
)
