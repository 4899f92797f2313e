// Package initcontainers has the scenarios about init containers, as far as hooks
// depend on them.
package initcontainers
