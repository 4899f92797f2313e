package history_test

import (
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

func TestConditionsOfStates(t *testing.T) {
	waiting := ht.Pod("p", ht.Waiting("app", 0, "CrashLoopBackOff", ""))
	again := ht.Pod("p", ht.Running("app", 1, 0), ht.Before(0, 3, 0))
	ended := ht.Pod("p", ht.Terminated("app", 0, 0, time.Second, "seven b"))
	running := ht.Pod("p", ht.Running("app", 0, 0))
	for _, tc := range []struct {
		c                               Condition
		what                            string
		waiting, again, ended, runnning bool
	}{
		{ContainerWaiting("app", "CrashLoopBackOff|X"), "state waiting (CrashLoopBackOff|X) of container app", true, false, false, false},
		{ContainerWaiting("app", "CrashLoop"), "state waiting (CrashLoop) of container app", false, false, false, false},
		{HasEnded("app"), "an ended instance of container app", false, true, true, false},
		{LongMessage("app", 7), "a termination message of at least 7 bytes of container app", false, false, true, false},
		{LongMessage("app", 8), "a termination message of at least 8 bytes of container app", false, false, false, false},
		{HasEnded("side"), "an ended instance of container side", false, false, false, false},
	} {
		got := [...]bool{tc.c.Is(waiting), tc.c.Is(again), tc.c.Is(ended), tc.c.Is(running)}
		if want := [...]bool{tc.waiting, tc.again, tc.ended, tc.runnning}; got != want || tc.c.What != tc.what {
			t.Errorf("%s: %v, want %v", tc.c.What, got, want)
		}
	}
}
