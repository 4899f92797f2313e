package node

import (
	"slices"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// resync is how long a kubelet may let a pod rest that nothing tells it of: a
// minute and up to half of another (pkg/kubelet/pod_workers.go completeWork).
const resync = 90 * time.Second

// anotherMirror is how long another mirror may take: a resync, and half a minute
// for a busy node. It ends well before the node undoes by itself what was changed
// on it, journals held there included (three minutes after the last change).
const anotherMirror = resync + 30*time.Second

// A static pod: its mirror, its manifest.
//
//  1. write the manifest of a pod with a preStop hook of 3 s to the node; wait
//     until its mirror is ready
//  2. delete the mirror; wait for another one, and 2 s more
//  3. change the manifest; wait until the mirror of the new pod is ready
//  4. remove the manifest; wait until the mirror is gone
var _ = Describe("a static pod", "node/static", func(s *S) {
	revision := func(r string) Condition { return Annotated("hookcheck.dev/revision", r) }
	one, two := revision("1").And(PodReady()), revision("2").And(PodReady())
	// mirrors are the UIDs of the mirrors of the first manifest.
	mirrors := func(h *History) []string {
		var uids []string
		for _, e := range h.All(PodVersion(revision("1"))) {
			if uid := string(e.PodObject.UID); !slices.Contains(uids, uid) {
				uids = append(uids, uid)
			}
		}
		return uids
	}
	s.Do(WriteStatic("static", "1"), Await(PodVersion(one), Patience), HoldJournal("static", "app", 1),
		Delete(), AwaitFor("another mirror", anotherMirror, func(h *History) bool { return len(mirrors(h)) == 2 }), Observe(2*time.Second),
		WriteStatic("static", "2"), Await(PodVersion(two), Patience), ReadJournal("static", "app", 1),
		HoldJournal("static", "app", 2), RemoveStatic("static"), Await(RemovedVersion(revision("2")), Patience), ReadJournal("static", "app", 2))

	first, second := func(p Pattern) Pattern { return p.Of("static").Instance(1) }, func(p Pattern) Pattern { return p.Of("static").Instance(2) }
	change := StepBegin("write-static").With("revision", "2")
	s.Check("node.static-mirror-delete", func(j *judge.J, h *History) {
		uids := append(mirrors(h), "none", "none")
		j.Expect(h).To(HappenBefore(StepBegin("delete"), RemovedVersion(WithUID(uids[0]))))
		j.Expect(h).To(HappenBefore(RemovedVersion(WithUID(uids[0])), PodVersion(WithUID(uids[1]))))
		j.Expect(h).To(ContainTimes(first(Start()), 1))
		j.Expect(h).To(follow(change, first(HookBegin(PreStop))))
		j.Expect(h).To(follow(change, first(Signal("SIGTERM"))))
	})
	s.Check("node.static-mirror-delete-seen", func(j *judge.J, h *History) {
		uids := append(mirrors(h), "none")
		// A resync comes up to 90 s after the last one.
		j.Expect(h).To(Elapse(StepBegin("delete"), RemovedVersion(WithUID(uids[0])), 0, Reaction))
	})
	s.Check("node.static-manifest-removal", func(j *judge.J, h *History) {
		j.Expect(h).To(follow(change, first(HookBegin(PreStop))))
		j.Expect(h).To(HappenBefore(first(HookEnd(PreStop)), first(Signal("SIGTERM"))))
		j.Expect(h).To(HappenBefore(first(Exit()), second(Start())))
		j.Expect(h).To(HappenBefore(second(Signal("SIGTERM")), RemovedVersion(revision("2"))))
	})
	s.Check("prestop.trigger.static-manifest", func(j *judge.J, h *History) {
		j.Expect(h).To(follow(StepBegin("remove-static"), second(HookBegin(PreStop))))
		j.Expect(h).To(HappenBefore(second(HookEnd(PreStop)), second(Signal("SIGTERM"))))
	})
})
