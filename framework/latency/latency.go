// Package latency takes from a history how long things took that requirements
// bound only from one side: how fast a kubelet is, not whether it is right. It is
// a pure function of the record, so that a saved run gives the same figures again.
//
// What is measured, for every container of every pod:
//
//   - [StartToPostStart]: from the start of the entrypoint to the first act of an
//     exec postStart. Negative where the hook was faster: there is no order.
//   - [DeleteToPreStop]: from our request (delete or evict) to the first act of an
//     exec preStop.
//   - [PreStopEndToSignal]: from the last act of an exec preStop to the arrival of
//     the stop signal.
//   - [SignalToDeath]: from the stop signal to the last heartbeat, where SIGKILL
//     ended the process.
//   - [DeleteToLastEnd]: from our request until the last container of the pod had
//     ended: what was used of the grace period, and what came on top.
//   - [KillingToEnd]: from the Event Killing to the end of the container, where the
//     pod was not being deleted.
//
// Only what the fixture's processes wrote down themselves is exact: see package
// history. Each sample carries what its clocks leave open.
package latency

import (
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// The names of the measurements.
const (
	StartToPostStart   = "start-to-poststart"
	DeleteToPreStop    = "delete-to-prestop"
	PreStopEndToSignal = "prestop-end-to-signal"
	SignalToDeath      = "signal-to-death"
	DeleteToLastEnd    = "delete-to-last-end"
	KillingToEnd       = "killing-to-end"
)

// A Sample is one duration: it lies in [Low, High].
type Sample struct {
	Pod       string
	Container string // empty where it is the pod's
	Instance  int
	Low, High time.Duration
}

// Seconds is the middle of what is known, to the microsecond.
func (s Sample) Seconds() float64 { return micros(s.Low + (s.High-s.Low)/2) }

// Error is how far from it the true value may lie, in seconds.
func (s Sample) Error() float64 { return micros((s.High - s.Low) / 2) }

func micros(d time.Duration) float64 { return float64(d.Round(time.Microsecond).Microseconds()) / 1e6 }

// Samples are samples by the name of what they measure.
type Samples map[string][]Sample

// Add adds those of another history.
func (s Samples) Add(other Samples) {
	for name, list := range other {
		s[name] = append(s[name], list...)
	}
}

// Summary says how each measurement is distributed.
func (s Samples) Summary() map[string]requirement.Measurement {
	summary := map[string]requirement.Measurement{}
	for name, list := range s {
		var seconds []float64
		largest := 0.0
		for _, sample := range list {
			seconds = append(seconds, sample.Seconds())
			largest = max(largest, sample.Error())
		}
		if len(seconds) > 0 {
			summary[name] = requirement.Measure(seconds, largest)
		}
	}
	return summary
}

// Of takes the samples of a history. One that was not carried through has none.
func Of(h *history.History) Samples {
	t := taker{h: h, samples: Samples{}}
	if h.Incomplete() != "" {
		return t.samples
	}
	for _, pod := range h.Pods() {
		t.pod(pod)
	}
	return t.samples
}

type taker struct {
	h       *history.History
	samples Samples
}

// take adds the time from a to b. Where b certainly came before a it is about
// something else and left out, unless that is what is measured.
func (t taker) take(name string, a, b *history.Event, about Sample, negative bool) {
	if a == nil || b == nil {
		return
	}
	low, high, err := t.h.Distance(a, b)
	if err != nil || high < 0 && !negative {
		return
	}
	about.Low, about.High = low, high
	t.samples[name] = append(t.samples[name], about)
}

func (t taker) pod(pod string) {
	request := t.deletion(pod)
	var last *history.Event
	ended := true // all containers that ever ran
	for _, c := range t.containers(pod) {
		var end *history.Event
		for instance := 1; instance <= c.instances; instance++ {
			end = t.instance(pod, c.name, instance, request)
		}
		if end == nil {
			ended = false
		} else if last == nil || t.later(end, last) {
			last = end
		}
	}
	if request != nil && ended {
		t.take(DeleteToLastEnd, request, last, Sample{Pod: pod}, false)
	}
	t.killings(pod, request)
}

// instance measures one run of a container and returns its end, or nil.
func (t taker) instance(pod, container string, n int, request *history.Event) *history.Event {
	of := func(p history.Pattern) history.Pattern { return p.Of(pod).In(container).Instance(n) }
	about := Sample{Pod: pod, Container: container, Instance: n}
	t.take(StartToPostStart, t.h.First(of(history.Start())), t.h.First(of(history.HookBegin(history.PostStart))), about, true)

	begin := t.firstAfter(of(history.HookBegin(history.PreStop)), request)
	if request != nil {
		t.take(DeleteToPreStop, request, begin, about, false)
	}
	hook := t.h.First(of(history.HookBegin(history.PreStop)))
	signal := t.firstAfter(of(history.AnySignal()), hook)
	if hook != nil && signal != nil {
		t.take(PreStopEndToSignal, t.lastBefore(of(history.HookEnd(history.PreStop)), signal), signal, about, false)
	}
	killed := t.h.First(of(history.Terminated().With("exitCode", "137")))
	if killed != nil && killed.Fields["reason"] != "OOMKilled" {
		t.take(SignalToDeath, signal, t.h.First(of(history.LastBeat())), about, false)
	}
	return t.end(of)
}

// end is the most exact word on when an instance ended, or nil where it has not.
func (t taker) end(of func(history.Pattern) history.Pattern) *history.Event {
	terminated := t.h.First(of(history.Terminated()))
	if terminated == nil {
		return nil
	}
	for _, p := range []history.Pattern{history.Exit(), history.LastBeat()} {
		if e := t.h.First(of(p)); e != nil {
			return e
		}
	}
	return terminated
}

// killings measures the stops that were not for a deletion.
func (t taker) killings(pod string, request *history.Event) {
	for _, killing := range t.h.All(history.KubeEvent("Killing").Of(pod)) {
		if killing.Container == "" {
			continue
		}
		if request != nil {
			if before, err := t.h.Before(killing, request); err != nil || !before {
				continue
			}
		}
		var end *history.Event
		for _, e := range t.h.All(history.Terminated().Of(pod).In(killing.Container)) {
			of := func(p history.Pattern) history.Pattern {
				return p.Of(pod).In(killing.Container).Instance(e.Instance)
			}
			ended := t.end(of)
			if _, high, err := t.h.Distance(killing, ended); err == nil && high >= 0 && (end == nil || t.later(end, ended)) {
				end = ended
			}
		}
		if end != nil {
			t.take(KillingToEnd, killing, end, Sample{Pod: pod, Container: killing.Container, Instance: end.Instance}, false)
		}
	}
}

// deletion is our request that a pod's deletion follows from: the first delete or
// evict that was carried out before the pod had its deletionTimestamp.
func (t taker) deletion(pod string) *history.Event {
	var asked, granted *history.Event
	for i := range t.h.Events {
		e := &t.h.Events[i]
		switch {
		case e.Pod != pod:
		case history.DeletionTimestamp().Matches(e):
			// The answer may come after the watch event; the request does not.
			if granted == nil {
				granted = asked
			}
			return granted
		case e.Kind != history.KindStep || e.Name != "delete" && e.Name != "evict":
		case e.Fields["phase"] == "begin":
			asked = nil
			if e.Fields["dryRun"] == "" {
				asked = e
			}
		case e.Fields["error"] != "":
			asked = nil
		case granted == nil:
			granted = asked
		}
	}
	return nil
}

type container struct {
	name      string
	instances int
}

// containers lists the containers of a pod that ran, in the order in which they
// appear.
func (t taker) containers(pod string) []container {
	var list []container
	at := map[string]int{}
	for i := range t.h.Events {
		e := &t.h.Events[i]
		if e.Pod != pod || e.Container == "" || e.Instance == 0 {
			continue
		}
		if _, ok := at[e.Container]; !ok {
			at[e.Container] = len(list)
			list = append(list, container{name: e.Container})
		}
		c := &list[at[e.Container]]
		c.instances = max(c.instances, e.Instance)
	}
	return list
}

// firstAfter is the earliest event of a pattern that is not certainly before
// another; nil stands for the beginning.
func (t taker) firstAfter(p history.Pattern, after *history.Event) *history.Event {
	var first *history.Event
	for _, e := range t.h.All(p) {
		if after != nil {
			if _, high, err := t.h.Distance(after, e); err != nil || high < 0 {
				continue
			}
		}
		if first == nil || t.later(first, e) {
			first = e
		}
	}
	return first
}

// lastBefore is the latest event of a pattern that is certainly not after
// another.
func (t taker) lastBefore(p history.Pattern, before *history.Event) *history.Event {
	var last *history.Event
	for _, e := range t.h.All(p) {
		if low, _, err := t.h.Distance(e, before); err != nil || low < 0 {
			continue
		}
		if last == nil || t.later(e, last) {
			last = e
		}
	}
	return last
}

// later tells whether the middle of a lies after that of b.
func (t taker) later(a, b *history.Event) bool {
	low, high, err := t.h.Distance(b, a)
	return err == nil && low+high > 0
}
