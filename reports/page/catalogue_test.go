package page

import (
	"compress/gzip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// goldens are the histories that the suites keep as good ones: those of a real run
// of every scenario.
func goldens(t *testing.T) map[string]*history.History {
	t.Helper()
	paths, err := filepath.Glob("../../suites/*/testdata/*.jsonl.gz")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d histories, %v", len(paths), err)
	}
	all := map[string]*history.History{}
	for _, path := range paths {
		all[path] = golden(t, path)
	}
	return all
}

func golden(t *testing.T, path string) *history.History {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	h, err := history.Decode(unzipped)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return h
}

// renderCatalogue makes the page of a run of the whole catalogue, with real
// histories and made-up verdicts: of the 315 requirements three are violated, two
// are inconclusive, five deviate as it is known. Which scenario a requirement is
// judged from is not known here; each gets one, and each scenario some.
func renderCatalogue(t *testing.T) []byte {
	t.Helper()
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := requirement.LoadClaims()
	if err != nil {
		t.Fatal(err)
	}
	histories := goldens(t)
	paths := slices.Sorted(maps.Keys(histories))
	var results []requirement.Result
	for i, r := range catalogue.All() {
		path := paths[i%len(paths)]
		end := histories[path].Footer.Ended.Sub(histories[path].Header.Started).Seconds()
		result := requirement.Result{Requirement: r.ID, Scenario: histories[path].Header.Scenario, Verdict: requirement.Conformant,
			History: path, File: "suites/x/y.go", Line: 40 + i, Seconds: end, Span: &requirement.Span{From: end / 3, To: end / 2}}
		switch {
		case i%100 == 40:
			result.Verdict = requirement.NonConformant
		case i%150 == 70:
			result.Verdict = requirement.Inconclusive
		case i%60 == 20:
			result.Verdict = requirement.KnownDeviation
		}
		if result.Verdict != requirement.Conformant {
			result.Expected = "from deletion requested to end of the preStop hook between 0s and 3s"
			result.Seen = "8.013s"
			result.Reason = "expected " + result.Expected + ", seen: " + result.Seen
			result.Window = "  +   7.400s node      p/app    journal start\n> +   7.611s node      p/app    journal hook-begin cwd=/ name=preStop uid=65532\n"
		}
		results = append(results, result)
	}
	meta := reports.Meta{
		Run:   reports.Run{ID: "20260314-092653-k7", Started: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC), Seconds: 131, Hostname: "ci"},
		Suite: reports.Suite{Version: "v0.3.0", GoVersion: "go1.26.8"},
		Cluster: reports.Cluster{ServerVersion: "v1.36.4", Context: "kind-hooks", Namespace: "hookcheck-k7", Gates: map[string]bool{"SomeGate": true},
			Nodes: []reports.Node{{Name: "worker", KubeletVersion: "v1.36.4", ContainerRuntimeVersion: "containerd://2.3.4", OSImage: "Debian GNU/Linux 13", KernelVersion: "6.12.43", Architecture: "amd64"}}},
		Selection:    reports.Selection{Profile: "core,extended,node"},
		Catalogue:    reports.CatalogueOf(catalogue.All(), catalogue.All()),
		Measurements: map[string]requirement.Measurement{race: requirement.Measure([]float64{-0.1, 0.2, 0.4}, 0.01), "signal-to-death": requirement.Measure([]float64{2, 3, 9}, 0.1)},
	}
	report, err := reports.New(meta, catalogue.All(), results)
	if err != nil {
		t.Fatal(err)
	}
	mutants, err := docs.LoadMutants()
	if err != nil {
		t.Fatal(err)
	}
	page, err := Render(report, Options{Ledger: ledger, Mutants: mutants, Samples: func(h *history.History) map[string][]float64 {
		return map[string][]float64{race: {float64(len(h.Events)%40)/50 - 0.1}}
	}}, func(path string) (*history.History, error) { return histories[path], nil })
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// TestSize: the page of the whole catalogue can be mailed, and opens on a phone.
func TestSize(t *testing.T) {
	const limit = 3_000_000
	if size := len(renderCatalogue(t)); size > limit {
		t.Errorf("%d bytes, limit %d", size, limit)
	} else {
		t.Logf("%d bytes", size)
	}
}

// TestTimelinesOfRealRuns: each has lanes for what its history has.
func TestTimelinesOfRealRuns(t *testing.T) {
	for path, h := range goldens(t) {
		drawn := draw(h)
		marks := map[string]int{} // by the last word of the lane
		for _, l := range drawn.lanes {
			for _, m := range l.marks {
				marks[l.name[strings.LastIndexByte(l.name, ' ')+1:]]++
				if m.to < m.from || m.class == "" || m.text == "" {
					t.Errorf("%s: %s: %+v", path, l.name, m)
				}
			}
		}
		for _, want := range []struct {
			lane string
			of   history.Pattern
		}{{laneSignal, history.AnySignal()}, {laneHooks, history.HookBegin(history.PreStop)}, {laneHooks, history.HookBegin(history.PostStart)},
			{laneState, history.Running()}, {laneState, history.Terminated()}, {laneEvents, history.KubeEvent("Started")}, {laneDeletion, history.DeletionTimestamp()}} {
			if n := len(h.All(want.of)); n > 0 && marks[want.lane] == 0 {
				t.Errorf("%s: no lane %q, though there are %d of %v", path, want.lane, n, want.of)
			}
		}
		if len(h.Pods()) > 0 && marks[lanePhase] == 0 || marks[laneSteps] == 0 {
			t.Errorf("%s: no phase or no step: %v", path, marks)
		}
	}
}
