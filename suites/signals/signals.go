// Package signals has the scenarios about the stop signal: which one, and to
// whom.
package signals
