// Package grace has the scenarios about the grace period: what it is made of,
// what shortens it, and what happens at its end.
package grace
