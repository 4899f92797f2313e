// Package node has the scenarios that need commands on the node: restarts of the
// kubelet and of the runtime, static pods, evictions by the kubelet, and the
// shutdown of the node. What they change there is undone at their end.
package node
