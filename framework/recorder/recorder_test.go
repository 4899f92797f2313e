package recorder_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

func TestDelivery(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		mine, other := r.Open(label, Header{}), r.Open("other", Header{})
		pods, kube, slices := a.watch(t, "pods", 1), a.watch(t, "events", 1), a.watch(t, "endpointslices", 1)

		pods.Add(pod("p", "101", label))
		pods.Add(pod("q", "102", "other"))
		pods.Add(pod("nobody", "103"))
		pods.Add(pod("unknown", "104", "of.another.run"))
		pods.Modify(pod("p", "105", label))
		synctest.Wait()
		kube.Add(kubeEvent("Started", "uid-p", "106"))
		kube.Add(kubeEvent("Killing", "uid-q", "107"))
		kube.Add(kubeEvent("Pulled", "uid-nobody", "108"))
		kube.Delete(kubeEvent("Started", "uid-p", "109")) // expired
		synctest.Wait()
		slices.Add(slice("s", "110", label))
		slices.Add(slice("foreign", "111"))
		slices.Delete(slice("s", "112", label))
		synctest.Wait()
		pods.Delete(pod("p", "113", label))

		expect(t, mine, "pod ADDED p@101, pod MODIFIED p@105, event Started, slice ADDED s, slice DELETED s, pod DELETED p@113")
		expect(t, other, "pod ADDED q@102, event Killing")
	})
}

func TestArrival(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		time.Sleep(1500 * time.Millisecond)
		a.watch(t, "pods", 1).Add(pod("p", "101", label))
		synctest.Wait()
		rec.Read(func(h *History) {
			e := h.Events[0]
			if !e.Arrived.Equal(time.Now()) || e.Time.Clock != RunnerClock || !e.Time.At.Equal(e.Arrived) || e.Time.Width != 0 {
				t.Errorf("time %v, arrived %v, now %v", e.Time, e.Arrived, time.Now())
			}
		})
	})
}

// TestEarlyEvents: the watches are independent, so an Event may come before the
// pod that it is about.
func TestEarlyEvents(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		kube := a.watch(t, "events", 1)
		for n := range 60 { // of one pod that never comes at most 50 are kept
			kube.Add(kubeEvent(fmt.Sprint("Flood", n), "uid-flood", fmt.Sprint(200+n)))
			synctest.Wait()
		}
		kube.Add(kubeEvent("Scheduled", "uid-p", "300"))
		kube.Add(kubeEvent("Pulling", "uid-p", "301"))
		node := kubeEvent("NodeReady", "uid-p", "302")
		node.InvolvedObject.Kind = "Node"
		kube.Add(node)
		synctest.Wait()
		expect(t, rec, "")
		pods := a.watch(t, "pods", 1)
		pods.Add(pod("p", "303", label))
		pods.Modify(pod("p", "304", label))
		expect(t, rec, "pod ADDED p@303, event Scheduled, event Pulling, pod MODIFIED p@304")

		pods.Add(pod("flood", "305", label))
		if got := events(rec); strings.Count(got, "Flood") != 50 || !strings.HasSuffix(got, "event Flood49") {
			t.Errorf("recorded: %s", got)
		}
	})
}

func TestForget(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		first, other := r.Open(label, Header{}), r.Open("other", Header{})
		pods, kube := a.watch(t, "pods", 1), a.watch(t, "events", 1)
		pods.Add(pod("p", "101", label))
		pods.Add(pod("q", "102", "other"))
		synctest.Wait()
		r.Forget(label)
		r.Forget("never opened")
		pods.Modify(pod("p", "103", label))
		kube.Add(kubeEvent("Killing", "uid-p", "104"))
		kube.Add(kubeEvent("Killing", "uid-q", "105"))
		expect(t, first, "pod ADDED p@101")
		expect(t, other, "pod ADDED q@102, event Killing")
	})
}

func TestForbiddenSlicesAreTolerated(t *testing.T) {
	forbidden := func() *api {
		a := newAPI()
		a.refuse("list endpointslices", apierrors.NewForbidden(groupResource("endpointslices"), "", errors.New("no")))
		return a
	}
	inBubble(t, forbidden, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		a.watch(t, "pods", 1).Add(pod("p", "101", label))
		expect(t, rec, "pod ADDED p@101")
		if n := len(a.watches["endpointslices"]); n != 0 {
			t.Errorf("%d watches on endpointslices", n)
		}
	})
}

func TestStartTellsWhatCannotBeListed(t *testing.T) {
	no := errors.New("no")
	for _, tc := range []struct {
		resource string
		err      error
		want     string
	}{
		{"pods", apierrors.NewForbidden(groupResource("pods"), "", no), `list pods in namespace space: pods is forbidden: no`},
		{"events", apierrors.NewForbidden(groupResource("events"), "", no), `list events in namespace space: events is forbidden: no`},
		{"endpointslices", no, `list endpointslices in namespace space: no`},
	} {
		t.Run(tc.resource, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context()) // of the watches that were begun before
				defer cancel()
				a := newAPI()
				a.refuse("list "+tc.resource, tc.err)
				if _, err := recorder.Start(ctx, a.client, "space"); err == nil || err.Error() != tc.want || !errors.Is(err, tc.err) {
					t.Errorf("error %v, want %s", err, tc.want)
				}
			})
		})
	}
}

// TestWatchOfAnotherNamespace: a history holds what happens in all namespaces
// that are watched, and the end of one watch is no gap.
func TestWatchOfAnotherNamespace(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		synctest.Wait() // the first watches are those of the first namespace
		ctx, cancel := context.WithCancel(t.Context())
		if err := r.Watch(ctx, a.client, "second"); err != nil {
			t.Fatal(err)
		}
		a.watch(t, "pods", 1).Add(pod("p", "101", label))
		synctest.Wait()
		a.watch(t, "pods", 2).Add(pod("q", "102", label))
		synctest.Wait()
		a.watch(t, "events", 2).Add(kubeEvent("Killing", "uid-q", "103"))
		expect(t, rec, "pod ADDED p@101, pod ADDED q@102, event Killing")
		cancel()
		synctest.Wait()
		a.watch(t, "pods", 1).Modify(pod("p", "104", label))
		expect(t, rec, "pod ADDED p@101, pod ADDED q@102, event Killing, pod MODIFIED p@104")

		a.refuse("list events", errors.New("no"))
		if err := r.Watch(t.Context(), a.client, "third"); err == nil || err.Error() != "list events in namespace third: no" {
			t.Errorf("error %v", err)
		}
	})
}
