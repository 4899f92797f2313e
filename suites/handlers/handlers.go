// Package handlers has the scenarios about the ways to say what a hook does:
// httpGet, tcpSocket and sleep, and the rule of probes that httpGet hooks are
// often believed to share.
package handlers

import "time"

// clock is how well the node's clock must be known to compare it with a step of
// ours: some tens of milliseconds where exec is allowed.
const clock = 500 * time.Millisecond
