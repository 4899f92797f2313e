package history

import (
	"errors"
	"testing"
	"time"
)

// What a part of the record cannot have hidden is judged all the same.
func TestFlawsOfOtherContainers(t *testing.T) {
	h := New(Header{})
	h.Events = append(h.Events, Event{Kind: KindDefect, Name: "unseen-instance", Pod: "p", Container: "crashing", Instance: 1})
	for name, tc := range map[string]struct {
		m       *Matcher
		hidden  bool
		conform bool
	}{
		"an entry of that container":       {ContainNo(Exit().Of("p").In("crashing")), true, false},
		"of that instance":                 {ContainNo(Exit().In("crashing").Instance(1)), true, false},
		"of another instance":              {ContainNo(Exit().In("crashing").Instance(2)), false, true},
		"of any container":                 {ContainNo(Exit()), true, false},
		"of another container":             {ContainNo(Exit().Of("p").In("app")), false, true},
		"of another pod":                   {ContainNo(Exit().Of("q")), false, true},
		"an Event, which no journal holds": {ContainNo(KubeEvent("FailedPreStopHook").In("crashing")), false, true},
		"missing in another container":     {Contain(Exit().In("app")), false, false},
	} {
		ok, err := tc.m.Match(h)
		if errors.Is(err, ErrFlawed) != tc.hidden || ok != tc.conform {
			t.Errorf("%s: %t, %v", name, ok, err)
		}
	}
	h.Append(Event{Kind: KindGap, Name: "pods", Arrived: time.Unix(1, 0)})
	if _, err := ContainNo(KubeEvent("FailedPreStopHook")).Match(h); !errors.Is(err, ErrFlawed) {
		t.Errorf("a gap may hide anything: %v", err)
	}
}
