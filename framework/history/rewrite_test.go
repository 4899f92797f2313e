package history_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// withGrace gives a pod a grace period, and an image.
func withGrace(seconds int64, image string) ht.PodOption {
	return func(p *corev1.Pod) {
		p.Spec.TerminationGracePeriodSeconds = &seconds
		p.Spec.Containers = []corev1.Container{{Name: "app", Image: image}}
	}
}

// madeBy gives a pod the controller that made it.
func madeBy(kind, name string) ht.PodOption {
	return func(p *corev1.Pod) {
		yes := true
		p.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: name, Controller: &yes}}
	}
}

func withUID(uid types.UID) ht.PodOption { return func(p *corev1.Pod) { p.UID = uid } }

// rewrites lists what a history says was rewritten, by pod.
func rewrites(h *History) string {
	var lines []string
	for _, c := range h.Rewrites() {
		lines = append(lines, c.Pod+": "+c.String())
	}
	return strings.Join(lines, "\n")
}

func TestRewrites(t *testing.T) {
	const shorter = ": spec.terminationGracePeriodSeconds 60 became 30"
	long, short := withGrace(60, "agent"), withGrace(30, "agent")
	for _, tc := range []struct {
		name string
		fill func(b *ht.Builder)
		want string
	}{
		{"nobody wrote down what was written", func(b *ht.Builder) { b.Pod(0, ht.Pod("p", short)) }, ""},
		{"as written", func(b *ht.Builder) { b.Written(0, "Pod", ht.Pod("p", long)).Pod(0, ht.Pod("p", long)) }, ""},
		{"rewritten", func(b *ht.Builder) { b.Written(0, "Pod", ht.Pod("p", long)).Pod(0, ht.Pod("p", short)) }, "p" + shorter},
		{"never stored", func(b *ht.Builder) { b.Written(0, "Pod", ht.Pod("p", long)) }, ""},
		{"another's", func(b *ht.Builder) { b.Written(0, "Pod", ht.Pod("p", long)).Pod(0, ht.Pod("q", short)) }, ""},
		{"later versions have no spec", func(b *ht.Builder) {
			b.Written(0, "Pod", ht.Pod("p", long)).Pod(0, ht.Pod("p", long)).Pod(time.Second, ht.Pod("p", short))
		}, ""},
		{"written and stored once more", func(b *ht.Builder) {
			b.Written(0, "Pod", ht.Pod("p", short)).Pod(0, ht.Pod("p", short))
			b.Written(time.Second, "Pod", ht.Pod("p", long)).Pod(time.Second, ht.Pod("p", short, withUID("another")))
		}, "p" + shorter},
		{"made by a Job", func(b *ht.Builder) {
			b.Written(0, "Job", ht.Pod("work", long)).Pod(0, ht.Pod("work-x7", short, madeBy("Job", "work")))
		}, "work-x7" + shorter},
		{"made for a Deployment", func(b *ht.Builder) {
			b.Written(0, "Deployment", ht.Pod("web", long)).Pod(0, ht.Pod("web-5d-x7", short, madeBy("ReplicaSet", "web-5d")))
		}, "web-5d-x7" + shorter},
		{"made by another controller", func(b *ht.Builder) {
			b.Written(0, "Job", ht.Pod("work", long)).Written(0, "Pod", ht.Pod("work-0", long)).
				Pod(0, ht.Pod("work-0", short, madeBy("StatefulSet", "work")))
		}, ""},
		{"a mirror pod, whose owner is its node", func(b *ht.Builder) {
			b.Written(0, "Pod", ht.Pod("static-node-1", long)).Pod(0, ht.Pod("static-node-1", short, madeBy("Node", "node-1")))
		}, ""},
		{"only asked about", func(b *ht.Builder) {
			b.Append(0, NewWrittenEvent("Pod", ht.Pod("p", long), ht.Pod("p", short), ht.At(0)))
		}, "p" + shorter},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := ht.New("x")
			tc.fill(b)
			h := b.Done()
			if got := rewrites(h); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
			back, err := Decode(strings.NewReader(encode(t, h)))
			if err != nil {
				t.Fatal(err)
			}
			if got := rewrites(back); got != tc.want {
				t.Errorf("loaded, it is\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestWrittenEventIsBare(t *testing.T) {
	pod := ht.Pod("p", withGrace(5, "agent"), ht.Phase(corev1.PodFailed))
	pod.Labels = map[string]string{"a": "b"}
	e := NewWrittenEvent("Job", pod, nil, ht.At(0))
	if e.Pod != "" || e.Name != "Job" || e.PodObject.Name != "p" || e.PodObject.Labels != nil || e.PodObject.Status.Phase != "" || e.PodObject.Spec.Containers == nil {
		t.Errorf("%+v of %+v", e, e.PodObject)
	}
	if pod.Labels == nil {
		t.Error("the caller's pod was changed")
	}
	if e := NewWrittenEvent("Pod", pod, nil, ht.At(0)); e.Pod != "p" {
		t.Errorf("an event of pod %q", e.Pod)
	}
}

func TestStoredAsWritten(t *testing.T) {
	record := func(stored ht.PodOption) *History {
		return ht.New("x").Written(0, "Pod", ht.Pod("p", withGrace(60, "agent"))).Pod(0, ht.Pod("p", stored)).Done()
	}
	for name, tc := range map[string]struct {
		h    *History
		ok   bool
		seen string
	}{
		"as written":    {record(withGrace(60, "agent")), true, "the pod p stored as it was written"},
		"another image": {record(withGrace(60, "mirror/agent")), true, "the pod p stored as it was written"},
		"another grace": {record(withGrace(30, "mirror/agent")), false, "spec.terminationGracePeriodSeconds 60 became 30"},
	} {
		m := StoredAsWritten("p")
		ok, err := m.Match(tc.h)
		if ok != tc.ok || err != nil || m.Seen() != tc.seen || m.Expected() != "the pod p stored as it was written" {
			t.Errorf("%s: %t, %v, seen %q", name, ok, err, m.Seen())
		}
		if len(m.Evidence()) != 2 || !strings.Contains(m.Window(), "written Pod p") {
			t.Errorf("%s: evidence %v\n%s", name, m.Evidence(), m.Window())
		}
	}
	for name, h := range map[string]*History{
		"an older record": ht.New("x").Pod(0, ht.Pod("p")).Done(),
		"another pod":     ht.New("x").Written(0, "Pod", ht.Pod("q")).Pod(0, ht.Pod("q")).Done(),
	} {
		if _, err := StoredAsWritten("p").Match(h); !errors.Is(err, ErrFlawed) || !strings.Contains(err.Error(), "the pod p both as it was written") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
