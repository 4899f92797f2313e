// Package restarts has the scenarios about the ways in which a container comes
// back that its pod's restartPolicy does not know: rules by exit code, all
// containers at once.
package restarts
