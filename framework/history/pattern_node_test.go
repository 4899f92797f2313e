package history_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// TestJournalFromTheNode: unlike a log it has heartbeats, and damage to it is a
// flaw; what the pod's status brought is not brought twice.
func TestJournalFromTheNode(t *testing.T) {
	start, beat := ht.Entry(time.Second, "start"), ht.Entry(3*time.Second, "beat", "n", "0000021")
	h := ended(start).Done()
	h.Append(Event{Kind: KindLog, Name: JournalFile, Pod: "p", Container: "app", Instance: 1,
		Time: Stamp{Clock: RunnerClock, At: ht.At(6 * time.Second)}, Fields: map[string]string{"text": start + beat + "torn"}})
	if got := len(h.All(Start())); got != 1 {
		t.Errorf("%d starts", got)
	}
	if e := h.First(LastBeat().Of("p").In("app").Instance(1)); e == nil || !e.Time.At.Equal(ht.At(3*time.Second)) {
		t.Errorf("heartbeat %v", e)
	}
	if len(h.Flaws(Signal("SIGTERM").Of("p"))) == 0 {
		t.Error("a damaged journal is no flaw")
	}
}

func TestNodeConditions(t *testing.T) {
	p := &corev1.Pod{}
	p.UID, p.Annotations = "u", map[string]string{"k": "v"}
	p.Status.Reason, p.Status.Message = "Evicted", "too much"
	for want, conditions := range map[bool][]Condition{
		true:  {Annotated("k", "v"), WithUID("u"), StatusReason("Evicted"), StatusMessage("too much")},
		false: {Annotated("k", "w"), WithUID("v"), StatusReason(""), StatusMessage("too")},
	} {
		for _, c := range conditions {
			if c.Is(p) != want {
				t.Errorf("%s is %t", c.What, !want)
			}
		}
	}
	h := New(Header{})
	h.Append(NewPodEvent("DELETED", p, ht.At(0)))
	if h.First(RemovedVersion(WithUID("u"))) == nil || h.First(RemovedVersion(WithUID("v"))) != nil {
		t.Error("the removal of another object")
	}
}
