package main

import (
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/run"
)

func TestWeigh(t *testing.T) {
	w := weigh(run.Weight{Requests: 100, ByScenario: map[string]int{"a": 10, "b": 20}, Running: 20 * time.Second, Pods: 3, PeakRSS: 5})
	if w.Requests != 100 || w.RequestsByScenario["b"] != 20 || w.RequestsPerSecond != 1.5 || w.Pods != 3 || w.PeakRSS != 5 {
		t.Errorf("%+v", w)
	}
	if w := weigh(run.Weight{Requests: 4}); w.RequestsPerSecond != 0 {
		t.Errorf("nothing ran: %+v", w)
	}
}
