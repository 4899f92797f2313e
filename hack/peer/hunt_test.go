package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/peer"
)

func definitions() []mutant.Definition {
	source := func(file string) []mutant.Change { return []mutant.Change{{File: file}} }
	return []mutant.Definition{
		{ID: "K01", Component: mutant.Kubelet, Source: source("pkg/kubelet/kuberuntime/kuberuntime_container.go")},
		{ID: "K02", Component: mutant.Kubelet, Source: source("pkg/kubelet/kuberuntime/kuberuntime_container.go"), Equivalent: "It is."},
		{ID: "K03", Component: mutant.Kubelet, Source: source("pkg/kubelet/lifecycle/handlers.go"), Role: mutant.Harmless},
		{ID: "P01", Component: mutant.Kubelet, Source: slices.Concat(source("pkg/kubelet/events/event.go"), source("pkg/kubelet/lifecycle/handlers.go"))},
		{ID: "R01", Component: mutant.Kubelet, Source: source("pkg/kubelet/prober/worker.go")},
		{ID: "A01", Component: mutant.APIServer, Source: source("pkg/kubelet/lifecycle/handlers.go")},
		{ID: "C01", Component: mutant.Runtime},
		{ID: "M01", Component: mutant.Admission},
		{ID: "C10", Component: mutant.CRI},
	}
}

func TestChoose(t *testing.T) {
	for _, tc := range []struct{ what, want, leftOut string }{
		{"hooks", "K01,P01", "K02,K03"},
		{"all", "K01,P01,R01,A01,C01,M01,C10", "K02,K03"},
		{"c10,K01", "K01,C10", ""},
		{"C*", "C01,C10", ""},
	} {
		chosen, leftOut, err := choose(definitions(), tc.what)
		if err != nil {
			t.Errorf("%s: %v", tc.what, err)
		}
		var ids, not []string
		for _, d := range chosen {
			ids = append(ids, d.ID)
		}
		for _, line := range leftOut {
			id, why, _ := strings.Cut(line, ": ")
			not = append(not, id)
			if why == "" {
				t.Errorf("%s is left out without a reason", id)
			}
		}
		if strings.Join(ids, ",") != tc.want || strings.Join(not, ",") != tc.leftOut {
			t.Errorf("%s: %q without %q, want %s without %s", tc.what, ids, not, tc.want, tc.leftOut)
		}
	}
	if _, _, err := choose(definitions(), "K99"); err == nil || !strings.Contains(err.Error(), `no mutant "K99"`) {
		t.Error(err)
	}
}

func TestTrials(t *testing.T) {
	var r Record
	r.putTrial(peer.Trial{ID: "P01", Open: "not done"})
	r.putTrial(peer.Trial{ID: "K01", Caught: true})
	r.putTrial(peer.Trial{ID: "R01"})
	r.putTrial(peer.Trial{ID: "R01", Caught: true})
	if len(r.Trials) != 3 || r.Trials[0].ID != "K01" || !r.Trials[2].Caught {
		t.Errorf("%+v", r.Trials)
	}
	var ids []string
	for _, d := range r.untried(definitions()) {
		ids = append(ids, d.ID)
	}
	if got := strings.Join(ids, ","); got != "K02,K03,P01,A01,C01,M01,C10" {
		t.Error(got)
	}
}

func TestApart(t *testing.T) {
	together, alone := apart([]mutant.Definition{{ID: "a"}, {ID: "b", Global: true}, {ID: "c"}})
	if len(together) != 2 || len(alone) != 1 || alone[0].ID != "b" {
		t.Error(together, alone)
	}
}

func TestBoard(t *testing.T) {
	var seen []map[string]string
	var broken error
	b := board{set: func(_ context.Context, on map[string]string) error {
		seen = append(seen, on)
		return broken
	}}
	k, err := b.turn(t.Context(), "K01", "t1-")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.turn(t.Context(), "P01", "*"); err != nil {
		t.Fatal(err)
	}
	if err := k(t.Context()); err != nil {
		t.Fatal(err)
	}
	broken = errors.New("no node")
	if _, err := b.turn(t.Context(), "K03", "t3-"); !errors.Is(err, broken) {
		t.Error(err)
	}
	want := []map[string]string{{"K01": "t1-"}, {"K01": "t1-", "P01": "*"}, {"P01": "*"}, {"P01": "*", "K03": "t3-"}}
	if !slices.EqualFunc(seen, want, maps.Equal) || !maps.Equal(b.on, want[2]) {
		t.Error(seen, b.on)
	}
}

func TestPodChange(t *testing.T) {
	for _, d := range definitions() {
		change, ofPods := podChange(d)
		if want := d.Component == mutant.Runtime || d.Component == mutant.Admission; ofPods != want || change.ID != d.ID {
			t.Errorf("%s: %t, %+v", d.ID, ofPods, change)
		}
		if d.Component == mutant.Runtime && !strings.Contains(change.Mutations[0].ApplyConfiguration, `runtimeClassName: "hookcheck-c01"`) {
			t.Errorf("%s: %+v", d.ID, change)
		}
	}
}
