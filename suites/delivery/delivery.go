// Package delivery has the scenarios about how often a hook is delivered.
package delivery
