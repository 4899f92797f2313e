package endpoints

import (
	"strconv"
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	const alone, publish, failing, old, unready = "terminating-alone", "terminating-publish", "terminating-failing", "terminating-old", "terminating-unready"
	poll := func(kind, name string) Pattern { return Entry(kind).With("name", name) }
	steady := poll("poll-end", "steady")
	// unmarked: the scenario waited in vain, until the hook had ended.
	unmarked := func(pod string, edit Edit) Edit {
		return Edit{Name: edit.Name + ", and no hook to end", Do: func(h *History) int {
			return min(Set(StepEnd("mark").Of(pod), "error", "container not found").Do(h), edit.Do(h))
		}}
	}
	Run(t, "endpoints", Bad{
		// terminating
		"ep.terminating-conditions": {
			conditions(alone, old, "terminating", func(c *is) { c.serving = false }),
			conditions(alone, old, "terminating", func(c *is) { c.terminating = false }),
			Shift(EndpointIs(alone, old, "terminating"), time.Minute),
			Shift(EndpointMissing(alone, old), -time.Minute),
			unmarked(old, conditions(alone, old, "terminating", func(c *is) { c.ready = true })),
			unmarked(old, Shift(EndpointIs(alone, old, "terminating"), time.Minute)),
		},
		"ep.ready-not-restored": {
			conditions(alone, old, "terminating", func(c *is) { c.ready = true }),
			again(alone, old, "ready", "!terminating"),
		},
		"ep.serving-follows-readiness": {
			conditions(failing, unready, "!serving", func(c *is) { c.serving = true }),
			conditions(alone, old, "terminating", func(c *is) { c.serving = false }),
			Shift(EndpointIs(failing, unready, "!serving", "terminating"), time.Minute),
			unmarked(unready, conditions(failing, unready, "!serving", func(c *is) { c.serving = true })),
		},
		"ep.publish-not-ready": {
			conditions(publish, old, "terminating", func(c *is) { c.ready = false }),
			conditions(publish, old, "terminating", func(c *is) { c.serving = false }),
		},
		"ep.removed-at-terminal": {Drop(EndpointMissing(alone, old)), Drop(PodVersion(Phase("Succeeded")).Of(old))},
		"ep.legacy-endpoints":    {Set(Note(NoteEndpoints), "ready", old), Set(Note(NoteEndpoints), "notReady", old)},
		"ep.proxy-terminating-fallback": {
			Set(poll("poll-end", "fallback"), "failed", "1"),
			Set(poll("poll-by", "fallback"), "n", "39"),
			Drop(poll("poll-by", "fallback")),
			Shift(poll("poll-begin", "fallback"), -time.Minute),
		},
		"ep.new-connections-avoid-terminating": {
			Set(poll("poll-settled", "avoid"), "ok", "false"),
			Set(poll("poll-by", "avoid"), "n", "39"),
			Set(poll("poll-by", "avoid"), "by", old),
			Shift(poll("poll-end", "avoid"), time.Minute),
		},
		"ep.sleep-zero-downtime": {
			Set(steady, "failed", "1"),
			Set(steady, "n", "5"),
			Drop(poll("poll-by", "steady").With("by", "terminating-slept")),
		},
	})
}

// Requests that are lost though the pod was asked until its sleep was over say
// nothing of hooks.
func TestSleepTooShort(t *testing.T) {
	h, check := Case(t, "endpoints/terminating", "ep.sleep-zero-downtime")
	Set(Entry("poll-end").With("name", "steady"), "failed", "3").Do(h)
	by := Entry("poll-by").With("name", "steady").With("by", "terminating-slept")
	seconds := h.First(by).Time.At.Sub(h.First(Signal("SIGTERM").Of("terminating-slept")).Time.At).Seconds()
	Set(by, "ago", strconv.FormatFloat(seconds, 'f', 3, 64)).Do(h)
	if verdict, reason := check(h); verdict != "inconclusive" {
		t.Errorf("%s: %s", verdict, reason)
	}
}

// is are the conditions of an endpoint.
type is struct{ ready, serving, terminating bool }

// conditions changes those of a pod in a Service's slice, where they were such.
func conditions(service, pod, were string, change func(*is)) Edit {
	return Edit{Name: "other conditions of " + pod + " in " + service, Do: func(h *History) int {
		all := h.All(EndpointIs(service, pod, were))
		for _, e := range all {
			alter(e, pod, change)
		}
		return len(all)
	}}
}

// again adds a version of a Service's slice at the end in which the pod is as it
// was before.
func again(service, pod string, was ...string) Edit {
	return Copy("once more "+pod+" in "+service, EndpointIs(service, pod, was...), func(e *Event) { e.Seq = 1 << 20 })
}

func alter(e *Event, pod string, change func(*is)) {
	slice := e.SliceObject.DeepCopy()
	for i := range slice.Endpoints {
		c := &slice.Endpoints[i].Conditions
		if target := slice.Endpoints[i].TargetRef; target == nil || target.Name != pod {
			continue
		}
		now := is{*c.Ready, *c.Serving, *c.Terminating}
		change(&now)
		c.Ready, c.Serving, c.Terminating = &now.ready, &now.serving, &now.terminating
	}
	e.SliceObject = slice
}
