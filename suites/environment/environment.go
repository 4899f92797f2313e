// Package environment has the scenarios about what the processes of a container
// find there: variables, hostname, name resolution.
package environment

import (
	"strings"

	. "github.com/hookcheck/hookcheck/framework/history"
)

// variables are what a journal entry with the field env shows of the environment,
// without those that are not set. It is nil where there is no such entry.
func variables(e *Event) map[string]string {
	if e == nil {
		return nil
	}
	found := map[string]string{}
	for _, assignment := range strings.Split(e.Fields["env"], ",") {
		if name, value, set := strings.Cut(assignment, "="); set {
			found[name] = value
		}
	}
	return found
}
