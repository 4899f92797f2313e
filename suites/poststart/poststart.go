// Package poststart has the scenarios about postStart: when it runs, what it
// blocks, and what follows when it fails.
package poststart

import "time"

// noRestart is how long a pod is watched for a restart that must not come. The
// first restart of a container is immediate (kuberuntime_manager.go doBackOff).
const noRestart = 4 * time.Second
