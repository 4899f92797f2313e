// Package exec has the scenarios about exec hooks: what the command is given,
// what its process is, and when it counts as done and as failed.
package exec
