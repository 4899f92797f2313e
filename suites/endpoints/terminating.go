package endpoints

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What Services say and do while the pods behind them terminate.
//
//  1. Services, and behind them pods that will be replaced and a new one; a client
//     that asks one of the Services all the time who answers
//  2. wait until all is ready; ask who answers now; delete the pods but the new
//     one. Of these one stays ready, one's preStop hook makes it unready (both
//     hooks end when we tell them), one sleeps for 6 s
//  3. wait until the endpoints say so; ask the Service with a ready pod, and the
//     one with nothing but a terminating pod, who answers now
//  4. let the hooks end; wait until the kubelet is done, and the endpoints gone
//  5. delete the client
var _ = Describe("Services of terminating pods", "endpoints/terminating", func(s *S) {
	const (
		alone, publish, failing, both       = "terminating-alone", "terminating-publish", "terminating-failing", "terminating-both"
		old, slept, unready, fresh, clients = "terminating-old", "terminating-slept", "terminating-unready", "terminating-new", "terminating-client"

		asked   = 40 // times: that one of three was not met by chance has a probability of 1e-7
		settled = 15 // in a row: that it was chance has one of 1e-7 too
	)
	ask := func(name, host string, more ...string) Step {
		command := []string{"/agent", "poll", "--name=" + name, "--host=$" + host, "--every=20ms", "--count=" + strconv.Itoa(asked)}
		return Exec(clients, "app", append(command, more...)...)
	}
	const release = "release" // the mark that the hooks wait for
	// inTime makes sure that what we asked for while the hook ran, we asked in time.
	inTime := func(j *judge.J, h *History, pod string) {
		if tooLate(h, pod) {
			j.Inconclusive("the hook of " + pod + " had ended by itself before it was let end")
		}
	}
	// inHook expects an event of our clock before we let the hook of a pod end,
	// and that the hook did not end before.
	inHook := func(j *judge.J, h *History, p Pattern, pod string) {
		if tooLate(h, pod) {
			j.Expect(h).To(HappenBefore(p, HookEnd(PreStop).Of(pod)))
		}
		inTime(j, h, pod)
		j.Expect(h).To(HappenBefore(p, StepBegin("mark").Of(pod)))
		j.Expect(h).To(HappenBefore(Entry("mark").Of(pod).With("name", release), HookEnd(PreStop).Of(pod)))
	}
	serving := EndpointIs(alone, old, "!ready", "serving", "terminating")
	failed := EndpointIs(failing, unready, "!ready", "!serving", "terminating")
	s.Do(Create(alone, publish, failing, both, old, slept, unready, fresh), AwaitReady(),
		Await(EndpointIs(alone, old, "ready"), Patience), Await(EndpointIs(publish, old, "ready"), Patience), Await(EndpointIs(failing, unready, "ready"), Patience),
		Await(EndpointIs(both, old, "ready"), Patience), Await(EndpointIs(both, slept, "ready"), Patience), Await(EndpointIs(both, fresh, "ready"), Patience),
		Create(clients), AwaitReady(clients), ask("before", "BOTH"),
		DeletePods([]string{old, slept, unready}),
		Await(serving, Patience), Await(EndpointIs(publish, old, "terminating"), Patience), Await(EndpointIs(both, slept, "terminating"), Patience),
		ask("avoid", "BOTH", "--settle="+strconv.Itoa(settled)), ask("fallback", "ALONE"),
		Await(failed, Patience), AwaitEndpointsWithout(alone, old, Reaction),
		Mark(old, "app", release), Mark(unready, "app", release), AwaitTerminated(old, slept, unready),
		AwaitFor("removal of the endpoint", Patience, func(h *History) bool { return h.First(h.EndpointRemoval(alone, old)) != nil }),
		DeletePods([]string{clients}), AwaitTerminated(clients))

	s.Check("ep.terminating-conditions", func(j *judge.J, h *History) {
		inHook(j, h, serving, old)
		j.Expect(h).To(HappenBefore(StepBegin("mark").Of(old), h.EndpointRemoval(alone, old)))
	})
	s.Check("ep.ready-not-restored", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(serving))
		for service, pods := range map[string][]string{alone: {old}, failing: {unready}, both: {old, slept}} {
			for _, pod := range pods {
				terminating := EndpointIs(service, pod, "terminating")
				j.Expect(h).To(Contain(terminating))
				j.Expect(h).To(ContainNo(EndpointIs(service, pod, "ready", "terminating")))
				j.Expect(h).To(ContainNo(EndpointIs(service, pod, "ready").After(h.First(terminating))))
			}
		}
	})
	s.Check("ep.serving-follows-readiness", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(EndpointIs(failing, unready, "ready", "serving")))
		inHook(j, h, failed, unready)
		// The other pod's probe goes on succeeding, and the endpoint on serving, until
		// the server has ended.
		if failing := EndpointIs(alone, old, "!serving", "terminating"); h.First(failing) != nil {
			j.Expect(h).To(HappenBefore(HookEnd(PreStop).Of(old), failing))
		}
		j.Expect(h).To(Contain(serving))
	})
	s.Check("ep.publish-not-ready", func(j *judge.J, h *History) {
		inHook(j, h, EndpointIs(publish, old, "ready", "serving", "terminating"), old)
		j.Expect(h).To(ContainNo(EndpointIs(publish, old, "!ready", "terminating")))
	})
	s.Check("ep.removed-at-terminal", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(PodVersion(Deleting().And(Phase(corev1.PodSucceeded, corev1.PodFailed))).Of(old)))
		j.Expect(h).To(Contain(h.EndpointRemoval(alone, old)))
		j.Expect(h).To(ContainNo(Removed().Of(old)))
	})
	s.Check("ep.legacy-endpoints", func(j *judge.J, h *History) {
		note := Note(NoteEndpoints).Of(alone)
		inTime(j, h, old)
		inHook(j, h, note, old)
		j.Expect(h).To(Contain(note.With("ready", "").With("notReady", "")))
	})
	poll := func(kind, name string) Pattern { return Entry(kind).Of(clients).With("name", name) }
	s.Check("ep.proxy-terminating-fallback", func(j *judge.J, h *History) {
		inTime(j, h, old)
		// The pod terminates from its deletion on; its hook may begin late.
		j.Expect(h).To(HappenBefore(PodVersion(Deleting()).Of(old), poll("poll-begin", "fallback")))
		j.Expect(h).To(HappenBefore(poll("poll-end", "fallback"), HookEnd(PreStop).Of(old)))
		j.Expect(h).To(Contain(poll("poll-by", "fallback").With("by", old).With("n", strconv.Itoa(asked))))
		j.Expect(h).To(Contain(poll("poll-end", "fallback").With("failed", "0")))
	})
	s.Check("ep.new-connections-avoid-terminating", func(j *judge.J, h *History) {
		inTime(j, h, old)
		j.Expect(h).To(Contain(poll("poll-by", "before").With("by", old))) // it would be asked
		j.Expect(h).To(HappenBefore(PodVersion(Deleting()).Of(old), poll("poll-begin", "avoid")))
		j.Expect(h).To(HappenBefore(poll("poll-end", "avoid"), HookEnd(PreStop).Of(old)))
		j.Expect(h).To(Contain(poll("poll-settled", "avoid").With("by", fresh).With("ok", "true")))
		j.Expect(h).To(Contain(poll("poll-by", "avoid").With("by", fresh).With("n", strconv.Itoa(asked))))
	})
	s.Check("ep.sleep-zero-downtime", func(j *judge.J, h *History) {
		end, last, term := poll("poll-end", "steady"), poll("poll-by", "steady").With("by", slept), Signal("SIGTERM").Of(slept)
		j.Expect(h).To(Contain(end.AtLeast("n", 50)))
		j.Expect(h).To(Contain(last))
		j.Expect(h).To(HappenBefore(poll("poll-first", "steady"), StepBegin("delete").Of(slept)))
		j.Expect(h).To(HappenBefore(term, end))
		if e := h.First(end); e.Fields["failed"] != "0" && answered(h, h.First(last), h.First(term)) < time.Second {
			j.Inconclusive("requests failed, but connections were sent to the pod until its sleep was over: on this node the sleep is too short")
		}
		j.Expect(h).To(Contain(end.With("failed", "0")))
	})
})

// answered returns how long before it got the stop signal a pod answered for the
// last time, by the entry poll-by of the client.
func answered(h *History, by, signal *Event) time.Duration {
	seconds, err := strconv.ParseFloat(by.Fields["ago"], 64)
	_, after, unclear := h.Distance(signal, by)
	if err != nil || unclear != nil {
		return 0
	}
	return time.Duration(seconds*float64(time.Second)) - after
}

// tooLate says whether the hook of a pod had ended before we came to let it end:
// it does so after 55 s, when what we waited for has not come, or the node is slow.
func tooLate(h *History, pod string) bool {
	return h.First(StepEnd("mark").Of(pod).Saying("error", ".")) != nil
}
