// Package node has the scenarios that need commands on the node: restarts of the
// kubelet and of the runtime, static pods, evictions by the kubelet, and the
// shutdown of the node. What they change there is undone at their end.
package node

import "github.com/hookcheck/hookcheck/framework/history"

// follow holds where b comes after a, of which one has the node's clock and the
// other ours: it may be there at once, so that the clocks do not tell which was
// first. Where b is wrong, it comes seconds before a, or never.
func follow(a, b history.Pattern) *history.Matcher {
	return history.Elapse(a, b, -history.Early, 2*history.Reaction)
}
