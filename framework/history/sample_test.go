package history_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with testdata/name, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (after a wanted change: go test ./framework/history -update)\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

const ms = time.Millisecond

// stopped is the whole of a pod that is deleted and whose preStop hook takes 3 s.
func stopped() *ht.Builder {
	return ht.New("prestop/sample").
		Step(0, "create", "p").
		Pod(100*ms, ht.Pod("p", ht.Phase("Pending"), ht.Waiting("app", 0, "ContainerCreating", ""))).
		KubeEvent(900*ms, "p", "app", "Started", "Container started").
		Pod(1500*ms, ht.Pod("p", ht.Ready("True"), ht.Running("app", 0, time.Second))).
		Step(2*time.Second, "delete", "p").
		Pod(2010*ms, ht.Pod("p", ht.Ready("True"), ht.Deleting(2*time.Second, 15), ht.Running("app", 0, time.Second))).
		KubeEvent(2200*ms, "p", "app", "Killing", "Stopping container app").
		Pod(6*time.Second, ht.Pod("p", ht.Phase("Succeeded"), ht.Ready("False"), ht.Deleting(2*time.Second, 15),
			ht.Terminated("app", 0, 0, 5*time.Second, stoppedJournal()...))).
		Removed(6500*ms, ht.Pod("p", ht.Phase("Succeeded"), ht.Ready("False"), ht.Deleting(2*time.Second, 15), ht.Terminated("app", 0, 0, 5*time.Second, stoppedJournal()...)))
}

func stoppedJournal() []string {
	return []string{
		ht.Entry(1100*ms, "start", "v", "1"),
		ht.Entry(5300*ms, "beat", "n", "0000042"),
		ht.Entry(2250*ms, "hook-begin", "name", "preStop"),
		ht.Entry(5250*ms, "hook-end", "name", "preStop", "beats", "30"),
		ht.Entry(5300*ms, "signal", "name", "SIGTERM"),
		ht.Entry(5310*ms, "exit", "code", "0"),
	}
}

// names lists kind, name, place and instance of events, one a line.
func names(events []*Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%s %s %s/%s#%d\n", e.Kind, e.Name, e.Pod, e.Container, e.Instance)
	}
	return b.String()
}

// derivedOf lists the events that were made from others.
func derivedOf(h *History) string {
	var derived []*Event
	for i := range h.Events {
		if h.Events[i].Derived() {
			derived = append(derived, &h.Events[i])
		}
	}
	return names(derived)
}
