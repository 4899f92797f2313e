package history

import "time"

// The bounds, each with its reason. Lower bounds are what a requirement
// promises, less the error named here; upper bounds leave room for a small and
// busy node, and still exclude the behaviour that would be wrong: fixtures are
// built so that the two lie at least 2.5 s apart.
const (
	// Early is how much earlier than promised something may be seen: the
	// kubelet starts the grace period some tenths of a second before the
	// hook's process runs and journals its begin (0.02–0.3 s measured on an
	// idle node with two cores, 0.8 s on a busy one).
	Early = time.Second
	// Truncated is what the kubelet's arithmetic loses: the time that a hook
	// took is cut to whole seconds before it is subtracted from the grace
	// period (kuberuntime_container.go executePreStopHook).
	Truncated = time.Second
	// Late is how much later than planned a signal or a kill may be seen:
	// one CRI call and one process start on a busy node, and PLEG's relist of
	// one second where the kubelet must first learn of something.
	Late = 2500 * time.Millisecond
	// Floor is the shortest time that the kubelet leaves between stop signal
	// and SIGKILL (kuberuntime_manager.go minimumGracePeriodInSeconds).
	Floor = 2 * time.Second
	// Reaction is how long after a request the kubelet may begin to act on a
	// busy node: up to 1.6 s measured with 15 pods on two cores, 4.0 s with 45,
	// 9 s with a load average of 26. Where it bounds something, the wrong
	// behaviour takes a grace period of 60 s.
	Reaction = 30 * time.Second
)
