// Package poststart has the scenarios about postStart: when it runs, what it
// blocks, and what follows when it fails.
package poststart

import "time"

// afterRestart bounds the wait for a container's second instance. The first
// restart is immediate; a kubelet that delays it by its back-off of 10 s is
// still seen.
const afterRestart = 45 * time.Second

// afterRace bounds the wait for 30 pods on a small node: about 3 start a second
// on two cores, and 90 others may be in their way.
const afterRace = 2 * time.Minute

// noRestart is how long a pod is watched for a restart that must not come. The
// first restart of a container is immediate (kuberuntime_manager.go doBackOff).
const noRestart = 4 * time.Second
