// Package metrics has the scenario about what the kubelet counts of hooks.
package metrics
