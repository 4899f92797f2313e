// Package prestop has the scenarios about preStop: what triggers it, what does
// not, and how it stands to the stop signal and to the status of the pod.
package prestop
