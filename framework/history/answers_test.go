package history_test

import (
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/history/historytest"
)

func TestAnswers(t *testing.T) {
	note := func(object string, fields map[string]string) history.Event {
		return history.Event{Kind: history.KindNote, Name: history.NoteAsk, Pod: object, Fields: fields}
	}
	const hook = "spec.containers[0].lifecycle.preStop"
	h := historytest.New("x/y").
		Append(time.Second, note("good", map[string]string{"accepted": "true", hook + ".sleep.seconds": "5", "spec.grace": "30"})).
		Append(time.Second, note("bad", map[string]string{"accepted": "false", "code": "422", "reason": "Invalid",
			history.CauseField(hook): "FieldValueRequired: Required value: must specify a handler type"})).Done()
	for _, tc := range []struct {
		pattern history.Pattern
		want    int
		text    string
	}{
		{history.Answer("good"), 1, "answer about good in good"},
		{history.Accepts("good"), 1, "answer that accepts good in good"},
		{history.Accepts("good").With(hook+".sleep.seconds", "5"), 1, ""},
		{history.Accepts("good").Without(hook), 0, ""},
		{history.Accepts("good").Without(hook + ".sleep"), 0, ""},
		{history.Accepts("good").Without(hook + ".sl"), 1, ""},
		{history.Accepts("good").Without("spec.containers"), 0, "answer that accepts good without spec.containers in good"},
		{history.Accepts("bad"), 0, ""},
		{history.Refuses("bad", hook, "FieldValueRequired"), 1, "answer that refuses bad with FieldValueRequired at " + hook + " in bad"},
		{history.Refuses("bad", hook, "FieldValue"), 0, ""},
		{history.Refuses("bad", hook+".exec", "FieldValueRequired"), 0, ""},
		{history.Refuses("good", hook, "FieldValueRequired"), 0, ""},
	} {
		if got := len(h.All(tc.pattern)); got != tc.want {
			t.Errorf("%s: %d events, want %d", tc.pattern, got, tc.want)
		}
		if tc.text != "" && tc.pattern.String() != tc.text {
			t.Errorf("text %q, want %q", tc.pattern, tc.text)
		}
	}
}
