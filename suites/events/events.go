// Package events has the scenarios about the core/v1 Events that kubelets write,
// as far as those who look for failed hooks depend on them.
package events
