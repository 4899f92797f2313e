package recorder_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

// TestResume: a watch that the server closes goes on from the last revision, and
// nothing is missing.
func TestResume(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		first := a.watch(t, "pods", 1)
		if first.from != "100" {
			t.Errorf("the first watch begins at revision %s, not at that of the list", first.from)
		}
		first.Add(pod("p", "101", label))
		first.Action(watch.Bookmark, pod("", "150"))
		synctest.Wait()
		first.Stop()
		time.Sleep(2 * time.Second)
		second := a.watch(t, "pods", 2)
		if second.from != "150" {
			t.Errorf("resumed from revision %s, want that of the bookmark", second.from)
		}
		second.Modify(pod("p", "151", label))
		expect(t, rec, "pod ADDED p@101, pod MODIFIED p@151")
		rec.Read(func(h *History) {
			if flaws := h.Flaws(); len(flaws) != 0 {
				t.Errorf("flaws: %q", flaws)
			}
		})
	})
}

// TestResumeAfterError: an error other than a forgotten revision is no gap.
func TestResumeAfterError(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		status := apierrors.NewInternalError(errors.New("etcd is away")).ErrStatus
		a.watch(t, "pods", 1).Error(&status)
		synctest.Wait()
		time.Sleep(2 * time.Second)
		a.watch(t, "pods", 2).Add(pod("p", "101", label))
		expect(t, rec, "pod ADDED p@101")
	})
}

func expired() *metav1.Status {
	return &apierrors.NewResourceExpired("too old resource version: 103 (400)").ErrStatus
}

// TestGap: the server has forgotten the revision. What is there now is
// delivered, what is gone too, and every open history says that it has a gap.
func TestGap(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec, other := r.Open(label, Header{}), r.Open("other", Header{})
		first := a.watch(t, "pods", 1)
		first.Add(pod("same", "101", label))
		first.Add(pod("changed", "102", label))
		first.Add(pod("removed", "103", label))
		synctest.Wait()
		a.set("pods", &corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "400"},
			Items: []corev1.Pod{*pod("same", "101", label), *pod("changed", "300", label), *pod("new", "350", label)}})
		first.Error(expired())
		synctest.Wait()

		const before = "pod ADDED same@101, pod ADDED changed@102, pod ADDED removed@103, gap pods, "
		const relisted = "pod MODIFIED changed@300, pod MODIFIED new@350, pod DELETED removed@103"
		expect(t, rec, before+relisted)
		expect(t, other, "gap pods")

		second := a.watch(t, "pods", 2)
		if second.from != "400" {
			t.Errorf("the new watch begins at revision %s, not at that of the list", second.from)
		}
		second.Modify(pod("same", "401", label))
		expect(t, rec, before+relisted+", pod MODIFIED same@401")

		rec.Read(func(h *History) {
			for i := range h.Events {
				if e := &h.Events[i]; e.Kind == KindGap && (e.Fields["after"] != "103" || e.Fields["why"] != "too old resource version: 103 (400)" || e.Time.Clock != RunnerClock) {
					t.Errorf("the gap says %v at %v", e.Fields, e.Time)
				}
			}
			if flaws := h.Flaws(); len(flaws) != 1 {
				t.Errorf("flaws: %q", flaws)
			}
		})
	})
}

// TestGapTellsNothingTwice: what was known to be gone before the gap is not
// removed again.
func TestGapTellsNothingTwice(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		first := a.watch(t, "pods", 1)
		first.Add(pod("p", "101", label))
		first.Delete(pod("p", "102", label))
		synctest.Wait()
		first.Error(expired())
		expect(t, rec, "pod ADDED p@101, pod DELETED p@102, gap pods")
	})
}

// TestGapWhileTheServerIsAway: the list is tried again until it succeeds.
func TestGapWhileTheServerIsAway(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		first := a.watch(t, "pods", 1)
		a.refuse("list pods", errors.New("connection refused"))
		first.Error(expired())
		synctest.Wait()
		time.Sleep(5 * time.Second)
		expect(t, rec, "gap pods")
		a.set("pods", &corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "400"}, Items: []corev1.Pod{*pod("p", "399", label)}})
		a.refuse("list pods", nil)
		time.Sleep(1500 * time.Millisecond)
		expect(t, rec, "gap pods, pod MODIFIED p@399")
		a.watch(t, "pods", 2).Modify(pod("p", "401", label))
		expect(t, rec, "gap pods, pod MODIFIED p@399, pod MODIFIED p@401")
	})
}

// TestEndWhileTheServerIsAway: no goroutine waits for a list when the context
// has ended; the bubble would report it.
func TestEndWhileTheServerIsAway(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, _ *recorder.Recorder) {
		first := a.watch(t, "events", 1)
		a.refuse("list events", errors.New("connection refused"))
		first.Error(expired())
		synctest.Wait()
	})
}

// TestForeignObject: what the watch should not bring costs the watch, and is
// told as a gap.
func TestForeignObject(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		a.watch(t, "pods", 1).Add(pod("p", "", label)) // without a revision nothing can be resumed
		expect(t, rec, "gap pods")
		time.Sleep(time.Second)
		a.watch(t, "pods", 2).Add(pod("p", "101", label))
		expect(t, rec, "gap pods, pod ADDED p@101")
	})
}

// TestRefusedWatch: what may be listed and not watched is not asked for in a
// loop.
func TestRefusedWatch(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		first := a.watch(t, "endpointslices", 1)
		a.refuse("watch endpointslices", apierrors.NewForbidden(groupResource("endpointslices"), "", errors.New("no")))
		first.Stop()
		time.Sleep(10500 * time.Millisecond)
		if gaps := strings.Count(events(rec), "gap endpointslices"); gaps < 5 || gaps > 11 {
			t.Errorf("%d gaps in ten seconds", gaps)
		}
	})
}

// TestMadeAnewDuringAGap: another pod of the same name is another pod.
func TestMadeAnewDuringAGap(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		first := a.watch(t, "pods", 1)
		first.Add(pod("p", "101", label))
		synctest.Wait()
		anew := pod("p", "300", label)
		anew.UID = "another"
		a.set("pods", &corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "400"}, Items: []corev1.Pod{*anew}})
		first.Error(expired())
		expect(t, rec, "pod ADDED p@101, gap pods, pod DELETED p@101, pod MODIFIED p@300")
	})
}
