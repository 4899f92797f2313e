package history

import "regexp"

// NoteAsk is the note of what the API server answered when it was asked about an
// object without making it: see scenario.Ask for its fields.
const NoteAsk = "ask"

// CauseField is the field of such a note that holds why the API server refuses
// a field of the object: "<type>: <message>".
func CauseField(path string) string { return "cause " + path }

// Answer is the API server's answer about the object of that name.
func Answer(object string) Pattern {
	return Pattern{text: "answer about " + object, kind: KindNote, name: NoteAsk, pod: object}
}

// Accepts is the answer that takes the object.
func Accepts(object string) Pattern {
	p := Answer(object).With("accepted", "true")
	p.text, p.pod = "answer that accepts "+object, object
	return p
}

// Refuses is the answer that refuses the object because of a field: cause is the
// type of the StatusCause, such as FieldValueForbidden.
func Refuses(object, path, cause string) Pattern {
	p := Answer(object).With("accepted", "false")
	p.text = "answer that refuses " + object + " with " + cause + " at " + path
	field := CauseField(path)
	p.match = func(e *Event) bool { return causeType.FindString(e.Fields[field]) == cause }
	return p
}

var causeType = regexp.MustCompile(`^[A-Za-z]*`)

// Without narrows the pattern to events that have no field of that name, and none
// below it: for "a.b" neither a.b nor a.b.c nor a.b[0].
func (p Pattern) Without(field string) Pattern {
	before, below := p.match, regexp.MustCompile("^"+regexp.QuoteMeta(field)+`($|[.\[])`)
	p.match = func(e *Event) bool {
		for name := range e.Fields {
			if below.MatchString(name) {
				return false
			}
		}
		return before == nil || before(e)
	}
	p.text += " without " + field
	return p
}

// NoteEndpoints is the note of what a Service's Endpoints object lists: see
// scenario.AwaitEndpointsWithout for its fields.
const NoteEndpoints = "endpoints"
