// Package status has the scenarios about what the status of a pod shows while
// its hooks run and when it has ended.
package status
