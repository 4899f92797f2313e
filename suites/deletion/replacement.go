package deletion

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Who replaces a pod at once, and who waits until it is gone.
//
//  1. a StatefulSet and a ReplicaSet of one pod each, with 15 s of grace and a
//     preStop hook of 60 s; our finalizer does not hold the objects
//  2. wait until the pods are ready; delete the StatefulSet's, then all
//  3. wait until the ReplicaSet has made another one: the controllers share a cache of
//     pods, so that the StatefulSet's knows by now that its pod is to end
//  4. let the StatefulSet grow to two; after 2 s delete its pod by force
//  5. wait until the StatefulSet has made another one, and a second one
var _ = Describe("the replacement of a deleted pod", "deletion/replacement", func(s *S) {
	const set, second = "replacement-set-0", "replacement-set-1"
	s.Do(Create(), AwaitFor("two ready pods", Patience, func(h *History) bool {
		return len(h.Pods()) == 2 && h.First(PodVersion(PodReady()).Of(h.Pods()[0])) != nil && h.First(PodVersion(PodReady()).Of(h.Pods()[1])) != nil
	}), DeletePods([]string{set}), Delete(),
		AwaitFor("a pod in place of the ReplicaSet's", Patience, func(h *History) bool { return h.First(another(h)) != nil }),
		Scale("StatefulSet", "replacement-set", 2), Observe(2*time.Second),
		DeletePods([]string{set}, Grace(0)), Await(Removed().Of(set), Patience),
		AwaitFor("a pod in place of the StatefulSet's", Patience, func(h *History) bool { return len(made(h, set)) == 2 }),
		Await(PodVersion(anything).Of(second), Patience))

	s.Check("delete.statefulset-order", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(StepEnd("scale"), Removed().Of(set)))
		j.Expect(h).To(HappenBefore(Removed().Of(set), PodVersion(anything).Of(second)))
	})
	s.Check("delete.statefulset-replacement", func(j *judge.J, h *History) {
		old := replica(h)
		j.Expect(h).To(HappenBefore(StepBegin("delete").Of(old), another(h)))
		// Not when its hook, and with it the pod, has ended, which its object outlives.
		if over := PodVersion(Phase(corev1.PodSucceeded, corev1.PodFailed)).Of(old); h.First(over) != nil {
			j.Expect(h).To(HappenBefore(another(h), over))
		}
		// In the time in which the ReplicaSet made another one, and longer.
		j.Expect(h).To(HappenBefore(another(h), Removed().Of(set)))
		uids := made(h, set)
		j.Expect(h).To(HappenBefore(Removed().Of(set), PodVersion(Condition{What: "another UID", Is: func(p *corev1.Pod) bool {
			return len(uids) > 0 && p.UID != uids[0]
		}}).Of(set)))
	})
})

// replicas begins the names of the ReplicaSet's pods.
const replicas = "replacement-replicas-"

// replica is the name of the ReplicaSet's first pod.
func replica(h *History) string {
	for _, name := range h.Pods() {
		if strings.HasPrefix(name, replicas) {
			return name
		}
	}
	return replicas
}

// another is a version of a later pod of the ReplicaSet.
func another(h *History) Pattern {
	old := replica(h)
	return PodVersion(Condition{What: "the name of another pod of the ReplicaSet", Is: func(p *corev1.Pod) bool {
		return strings.HasPrefix(p.Name, replicas) && p.Name != old
	}})
}

// anything is true of every version of a pod.
var anything = Condition{What: "anything", Is: func(*corev1.Pod) bool { return true }}

// made returns the UIDs of the pods that had a name, in their order.
func made(h *History, name string) (uids []types.UID) {
	for _, v := range h.All(PodVersion(anything).Of(name)) {
		if uid := v.PodObject.UID; len(uids) == 0 || uids[len(uids)-1] != uid {
			uids = append(uids, uid)
		}
	}
	return uids
}
