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

// What a log would have said had it not broken off is not known; what it says is.
func TestFlawsOfABrokenLog(t *testing.T) {
	h := New(Header{})
	h.Events = append(h.Events,
		Event{Kind: KindDefect, Name: "journal", Pod: "p", Container: "app", Instance: 1},
		Event{Seq: 2, Kind: KindLog, Name: "log", Pod: "p", Container: "app", Instance: 1, Fields: map[string]string{"text": "on\n" + LogBrokeOff + "EOF"}})
	for name, tc := range map[string]struct {
		m      *Matcher
		hidden bool
	}{
		"what it says":                        {Contain(Log().Of("p").Saying("text", "on")), false},
		"what it does not say":                {Contain(Log().Of("p").Saying("text", "late")), true},
		"what it must not say":                {ContainNo(Log().In("app").Saying("text", "late")), true},
		"another container's":                 {ContainNo(Log().In("sidecar").Saying("text", "late")), false},
		"an entry that it does not make good": {ContainNo(Exit().In("app")), true},
		"an Event":                            {ContainNo(KubeEvent("Killing")), false},
	} {
		if _, err := tc.m.Match(h); errors.Is(err, ErrFlawed) != tc.hidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A log that was followed holds what PID 1 wrote, also where its journal is lost.
func TestFlawsThatTheLogMakesGood(t *testing.T) {
	h := New(Header{})
	h.Events = append(h.Events,
		Event{Kind: KindDefect, Name: "journal", Pod: "p", Container: "app", Instance: 1},
		Event{Seq: 2, Kind: KindLog, Name: "log", Pod: "p", Container: "app", Instance: 1})
	for name, tc := range map[string]struct {
		m      *Matcher
		hidden bool
	}{
		"an entry of PID 1":               {ContainNo(Exit().In("app")), false},
		"a hook's, which no log holds":    {ContainNo(HookBegin(PreStop).In("app")), true},
		"the heartbeat, which it has not": {ContainNo(LastBeat().In("app")), true},
		"a state of the container":        {ContainNo(Terminated().In("app")), true},
	} {
		if _, err := tc.m.Match(h); errors.Is(err, ErrFlawed) != tc.hidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.Events[1].Name, h.Events[1].Seq = JournalFile, 2
	if _, err := ContainNo(HookBegin(PreStop).In("app")).Match(h); err != nil {
		t.Errorf("a journal that was read apart holds the hooks' entries too: %v", err)
	}
	h.Events[1].Seq = h.Events[0].Seq
	if _, err := ContainNo(HookBegin(PreStop).In("app")).Match(h); !errors.Is(err, ErrFlawed) {
		t.Errorf("a journal does not make good its own damage: %v", err)
	}
	h.Events[1].Name, h.Events[1].Seq = "log", 2
	h.Events[1].Instance = 2
	if _, err := ContainNo(Exit().In("app")).Match(h); !errors.Is(err, ErrFlawed) {
		t.Errorf("the log of another instance: %v", err)
	}
}
