// Package grace has the scenarios about the grace period: what it is made of,
// what shortens it, and what happens at its end.
package grace

import "time"

// beat is by how much the last heartbeat may precede the death: its period of
// 100 ms and as much again for a late one.
const beat = 200 * time.Millisecond
