// Package eviction has the scenarios about pods that are ended by others than
// their owner: the eviction API with its budgets, and Jobs.
package eviction
