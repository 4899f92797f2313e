// Package admission has the scenarios about the API alone: which hooks the API
// server accepts, where, and what it makes of them. They ask by dry runs, and
// no container is started.
package admission

import (
	"fmt"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
)

// The types of causes that refusals name (k8s.io/apimachinery field errors).
const (
	required     = "FieldValueRequired"
	forbidden    = "FieldValueForbidden"
	invalid      = "FieldValueInvalid"
	notSupported = "FieldValueNotSupported"
)

// hook is the path of a hook of the n-th container.
func hook(container int, name string) string {
	return fmt.Sprintf("spec.containers[%d].lifecycle.%s", container, name)
}

const (
	postStart = "postStart"
	preStop   = "preStop"
)

// since tells whether the API server is of that minor or a later one.
func since(j *judge.J, h *History, minor string) bool {
	is, err := h.ServerAtLeast(minor)
	if err != nil {
		j.Inconclusive(err.Error())
	}
	return is
}
