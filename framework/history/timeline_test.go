package history_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// TestTimeline shows every kind of event once.
func TestTimeline(t *testing.T) {
	yes := true
	b := stopped().
		Slice(7*time.Second, discoveryv1.Endpoint{Addresses: []string{"10.0.0.1"}, Conditions: discoveryv1.EndpointConditions{Ready: &yes}}, discoveryv1.Endpoint{Addresses: []string{"10.0.0.2", "10.0.0.3"}}).
		Append(7*time.Second, Event{Kind: KindNote, Name: "exec", Pod: "p", Container: "app", Fields: map[string]string{"stdout": "two\nlines\x1b[0m " + strings.Repeat("é", 120), "code": "0"}}).
		Log(7100*ms, "p", "side", ht.Entry(5305*ms, "clean")).
		Gap(7200*ms).
		Append(7300*ms, NewKubeEvent(&corev1.Event{Reason: "BackOff", Type: "Warning", Message: "Back-off", Count: 3, Source: corev1.EventSource{Component: "scheduler"}}, ht.At(7300*ms))).
		Pod(8*time.Second, ht.Pod("q", ht.Running("app", 2, 8*time.Second), ht.Before(1, 1, 7*time.Second, "nonsense\n"), ht.Deleting(8*time.Second, 5), func(p *corev1.Pod) { p.DeletionGracePeriodSeconds = nil })).
		Append(8500*ms, Event{Kind: KindStep, Name: "no clock", Time: Stamp{Clock: "unknown"}})
	h := b.Done()
	all := make([]*Event, len(h.Events))
	for i := range h.Events {
		all[i] = &h.Events[i]
	}
	golden(t, "timeline.txt", h.Timeline(all, h.First(HookEnd(PreStop)), h.First(Signal("SIGTERM"))))
}

func TestWindowOfFailureMessage(t *testing.T) {
	h := stopped().Pod(5*time.Second, ht.Pod("q")).Log(5*time.Second, "p", "app", "hello\n").Done()
	m := HappenBefore(Signal("SIGTERM"), HookEnd(PreStop)) // the wrong way round
	ok, err := m.Match(h)
	if ok || err != nil {
		t.Fatal(ok, err)
	}
	golden(t, "failure.txt", m.FailureMessage(h))
}

func TestWindow(t *testing.T) {
	b := ht.New("x")
	for i := range 100 {
		b.Append(time.Duration(i)*time.Second, Event{Kind: KindNote, Name: fmt.Sprint("n", i), Pod: []string{"p", "q", ""}[i%3]})
	}
	b.Log(50*time.Second, "", "", "text\n")
	h := b.Done()
	note := func(n int) *Event { return h.First(Note(fmt.Sprint("n", n))) }
	for _, tc := range []struct {
		name   string
		margin time.Duration
		limit  int
		around []*Event
		want   string
	}{
		{"its own pod and what is of no pod", 3 * time.Second, 40, []*Event{note(30)}, "n27 n29 >n30 n32 n33"},
		{"two pods", 2 * time.Second, 40, []*Event{note(31), note(30)}, "n28 n29 >n30 >n31 n32 n33"},
		{"what is of no pod concerns all", time.Second, 40, []*Event{note(32)}, "n31 >n32 n33"},
		{"between the first and the last", 0, 40, []*Event{note(36), note(30)}, ">n30 n32 n33 n35 >n36"},
		{"shortened in the middle", 0, 4, []*Event{note(60), note(30)}, ">n30 n32 … 17 lines … n59 >n60"},
		{"the whole, shortened, odd", 0, 5, nil, "n0 n1 … 95 lines … n97 n98 n99"},
		{"a log only where it is evidence", 0, 40, []*Event{note(50), h.First(Log())}, ">n50 >log"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for line := range strings.Lines(h.Window(tc.margin, tc.limit, tc.around...)) {
				words := strings.Fields(line)
				switch arrow := strings.HasPrefix(line, "> "); {
				case words[0] == "…":
					got = append(got, strings.Join(words, " "))
				case arrow:
					got = append(got, ">"+words[len(words)-1])
				default:
					got = append(got, words[len(words)-1])
				}
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("%s\nwant %s", strings.Join(got, " "), tc.want)
			}
		})
	}
}
