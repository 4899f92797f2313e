// Package deletion has the scenarios about the API of deletions: second requests,
// forced ones, preconditions, and what controllers put in place of what is
// deleted.
package deletion
