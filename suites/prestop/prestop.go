// Package prestop has the scenarios about preStop: what triggers it, what does
// not, and how it stands to the stop signal and to the status of the pod.
package prestop

import "time"

// afterRestart bounds the wait for a container's second instance: probe period,
// hook, stop and restart, on a busy node.
const afterRestart = 60 * time.Second
