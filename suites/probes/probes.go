// Package probes has the scenarios about probes where they meet hooks: what a
// failed one kills, what it leaves alone, and when the kubelet stops asking.
package probes
