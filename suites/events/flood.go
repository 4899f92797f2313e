package events

import (
	"fmt"
	"strconv"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// More Events than the kubelet writes.
//
//  1. a pod of four containers, each with two probes that fail once a second for
//     16 s, and succeed then
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("a flood of Events", "events/flood", func(s *S) {
	const (
		burst  = 25                 // Events of a source about an object (client-go tools/record defaultSpamBurst)
		refill = 1                  // in five minutes
		enough = burst + refill + 1 // failures: more than that, and fewer than a busy node has
	)
	failed := KubeEvent("Unhealthy")
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("event.created-started-text", func(j *judge.J, h *History) {
		seen := map[string]bool{}
		for _, container := range []string{"a", "b", "c", "d"} {
			for _, reason := range []string{"Created", "Started"} {
				j.Expect(h).To(Contain(KubeEventWithText(reason, container)))
				for _, e := range h.All(KubeEvent(reason).In(container)) {
					kubelets, ok := EventText(reason, container, e.EventObject.Message)
					if !ok {
						j.Expect(h).To(ContainNo(KubeEventSaying(reason, "^"+e.EventObject.Message+"$").In(container)))
					}
					seen[kubelets] = true
				}
			}
		}
		for kubelets := range seen {
			j.Expect(len(seen)).To(gomega.Equal(1), "one family of texts")
			j.Outcome("the text of Kubernetes " + kubelets)
		}
	})
	s.Check("event.aggregation", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed))
		largest := 0
		for what, objects := range unhealthy(h) {
			j.Expect(len(objects)).To(gomega.Equal(1), "the number of Event objects for "+what)
			for _, count := range objects {
				largest = max(largest, count)
			}
		}
		j.Expect(largest).To(gomega.BeNumerically(">=", 2), "the largest count of an Event")
	})
	s.Check("event.rate-limit", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(failed))
		ready := Request("/ready").With("c", "200")
		j.Expect(h).To(Contain(ready))
		failures, _ := strconv.Atoi(h.First(ready).Fields["n"])
		if failures < enough {
			j.Inconclusive(fmt.Sprintf("only %d probes failed: that many Events may be written", failures))
		}
		written := 0
		for _, objects := range unhealthy(h) {
			for _, count := range objects {
				written += count
			}
		}
		j.Expect(written).To(gomega.BeNumerically("<=", burst+refill), fmt.Sprintf("the number of Events for %d failed probes", failures))
	})
})

// unhealthy returns the highest count of each Event object about failed probes,
// by what it says of which container, and by uid.
func unhealthy(h *History) map[string]map[string]int {
	counts := map[string]map[string]int{}
	for _, e := range h.All(AnyKubeEvent("Unhealthy", func(e *corev1.Event) bool { return e.Reason == "Unhealthy" })) {
		what, uid := e.Container+": "+e.EventObject.Message, string(e.EventObject.UID)
		if counts[what] == nil {
			counts[what] = map[string]int{}
		}
		counts[what][uid] = max(counts[what][uid], int(e.EventObject.Count))
	}
	return counts
}
