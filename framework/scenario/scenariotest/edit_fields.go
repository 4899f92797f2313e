package scenariotest

import (
	"maps"

	"github.com/hookcheck/hookcheck/framework/history"
)

// Unset takes a field out of the events.
func Unset(p history.Pattern, field string) Edit {
	return each(p.String()+" without a field "+field, p, func(e *history.Event) {
		e.Fields = maps.Clone(e.Fields)
		delete(e.Fields, field)
	})
}

// Accept turns the API server's refusal of an object into its acceptance.
func Accept(object string) Edit {
	return each(object+" accepted", history.Answer(object).With("accepted", "false"), func(e *history.Event) {
		e.Fields = map[string]string{"accepted": "true"}
	})
}

// Refuse turns the API server's acceptance of an object into a refusal.
func Refuse(object string) Edit {
	return each(object+" refused", history.Accepts(object), func(e *history.Event) {
		e.Fields = map[string]string{"accepted": "false", "code": "422", "reason": "Invalid", "message": "no"}
	})
}
