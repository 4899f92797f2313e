package reports

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/rewrite"
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
		t.Errorf("differs from %s (after a wanted change: go test ./reports -update)\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

var sampleStart = time.Date(2026, 3, 14, 9, 26, 53, 589e6, time.UTC)

func sampleMeta() Meta {
	return Meta{
		Run: Run{
			ID: "20260314-092653-k7", Started: sampleStart, Ended: sampleStart.Add(192 * time.Second), Seconds: 192,
			Hostname: "ci-3", Command: []string{"hookcheck", "run", "--profile", "core"},
		},
		Suite: Suite{Version: "v0.3.0", Commit: "1f2e3d4c", GoVersion: "go1.26.8"},
		Cluster: Cluster{
			ServerVersion: "v1.36.4", Context: "kind-hooks", Provider: "kind", Namespace: "hookcheck-k7",
			Nodes: []Node{
				{"worker", "v1.36.4", "containerd://2.2.1", "Debian GNU/Linux 13", "6.12.43", "amd64"},
				{"control-plane", "v1.36.4", "containerd://2.2.1", "Debian GNU/Linux 13", "6.12.43", "amd64"},
			},
		},
		Selection: Selection{Profile: requirement.Core},
		Catalogue: CatalogueOf(append(sampleSelected(), sampleUnselected()), sampleSelected()),
		Measurements: map[string]requirement.Measurement{
			"prestop-end-to-signal": {Count: 14, Min: 0.0116, Median: 0.0928, P90: 0.3859, Max: 0.4016},
			"start-to-poststart":    {Count: 43, Min: -0.1091, Median: 0.796, P90: 1.5703, Max: 11.8296, Error: 0.075},
		},
		Weight: &Weight{Requests: 1203, RequestsByScenario: map[string]int{"grace/default_30": 12}, RequestsPerSecond: 1.25, Pods: 76, PeakRSS: 81 << 20},
	}
}

func sampleUnselected() requirement.Requirement {
	return requirement.Requirement{ID: "node.cgroup", Area: "node", Level: requirement.Observed, Profile: requirement.Node,
		Sentence: "An exec hook runs in the container's cgroup.", Source: []string{"pkg/kubelet/lifecycle/handlers.go Run"}}
}

const hooksDoc = "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/"

func sampleSelected() []requirement.Requirement {
	return []requirement.Requirement{
		{ID: "prestop.before-term", Area: "prestop", Level: requirement.Must, Profile: requirement.Core,
			Sentence: "SIGTERM arrives only after the preStop hook has ended.", Source: []string{hooksDoc, "pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer"}},
		{ID: "prestop.sleep", Area: "prestop", Level: requirement.Must, Profile: requirement.Core,
			Sentence: "A sleep hook delays SIGTERM by its seconds.", Source: []string{hooksDoc}, Since: "1.30"},
		{ID: "grace.default-30", Area: "grace", Level: requirement.Must, Profile: requirement.Core,
			Sentence: "A pod without terminationGracePeriodSeconds gets a grace period of 30 seconds before it is killed with SIGKILL.", Source: []string{hooksDoc},
			Note: "SIGKILL may come up to 2 s later: the kubelet grants a minimum of 2 s after the hook."},
		{ID: "grace.budget-shared", Area: "grace", Level: requirement.Should, Profile: requirement.Core,
			Sentence: "Hook and signal share one grace period.", Source: []string{hooksDoc}},
		{ID: "poststart.async", Area: "poststart", Level: requirement.Observed, Profile: requirement.Core,
			Sentence: "postStart runs beside the entrypoint, in no guaranteed order.", Source: []string{hooksDoc}},
		{ID: "poststart.failure-kills", Area: "poststart", Level: requirement.Must, Profile: requirement.Core,
			Sentence: "A container whose postStart hook fails is killed.", Source: []string{hooksDoc}},
		{ID: "delete.shorter", Area: "delete", Level: requirement.Must, Profile: requirement.Core,
			Sentence: "A second delete with a shorter grace period shortens the termination that is under way.", Source: []string{hooksDoc}, Deviation: sampleDeviation()},
		{ID: "sleep.cut-short", Area: "handlers", Level: requirement.Observed, Profile: requirement.Core,
			Sentence: "A sleep hook ends when its container has ended.", Source: []string{hooksDoc}, Deviation: sampleDeviation()},
	}
}

func sampleDeviation() *requirement.Deviation {
	return &requirement.Deviation{Documented: "A sleep ends with its container.", Actual: "It sleeps on to its end.",
		Judged: requirement.JudgedDocumented, Since: "1.31", Issue: "https://github.com/kubernetes/kubernetes/issues/1"}
}

func conformant(id, scenario string, after, took float64) requirement.Result {
	return requirement.Result{
		Requirement: id, Scenario: scenario, Verdict: requirement.Conformant,
		Started: sampleStart.Add(seconds(after)), Seconds: took, History: "histories/" + scenario + ".json",
		File: "suites/" + scenario + ".go", Line: 12, Evidence: []int{3, 4},
		Measurements: map[string]requirement.Measurement{
			"hook-end-to-term": {Count: 3, Min: 0.0004, Median: 0.0125, P90: 0.02, Max: 0.02, Error: 0.000001},
		},
	}
}

const sampleWindow = `   0.000 api      deletion requested, grace 30 s
   0.041 agent    preStop begins
   5.102 agent    SIGTERM
   7.110 kubelet  exit 137 <SIGKILL>`

// sampleMixed has one of every verdict; poststart.failure-kills has no result,
// and poststart.async one of several outcomes.
func sampleMixed() []requirement.Result {
	violated := conformant("grace.default-30", "grace/default_30", 2, 41.5)
	violated.Verdict = requirement.NonConformant
	violated.Reason = "SIGKILL came too early"
	violated.Expected = "SIGKILL 30 s ± 2 s after the deletion, and never before the whole of the grace period that the pod was given has passed"
	violated.Seen = "SIGKILL after 7.110 s"
	violated.Window = sampleWindow
	unsure := conformant("grace.budget-shared", "grace/budget_shared", 1, 38)
	unsure.Verdict, unsure.Window = requirement.Inconclusive, sampleWindow
	unsure.Reason = "clock-error: the two events are 0.4 s apart, on clocks that differ by up to 1 s"
	known := conformant("sleep.cut-short", "handlers/sleep", 4, 11)
	known.Verdict, known.Window = requirement.KnownDeviation, sampleWindow
	known.Expected, known.Seen = "from exit to end of the hook between 0s and 2s", "8.013s"
	known.Reason = "expected " + known.Expected + ", seen: " + known.Seen
	surprise := conformant("delete.shorter", "grace/second", 4, 9)
	surprise.Verdict = requirement.UnexpectedPass
	surprise.Reason = "conformant, though the catalogue lists a deviation for this version: It sleeps on to its end (https://github.com/kubernetes/kubernetes/issues/1)"
	beside := conformant("poststart.async", "poststart/async", 3, 4)
	beside.Outcome = "the entrypoint came first"
	return []requirement.Result{
		conformant("prestop.before-term", "prestop/exec_before_term", 0, 12.25),
		{Requirement: "prestop.sleep", Scenario: "prestop/sleep", Verdict: requirement.NotApplicable, Started: sampleStart,
			Reason: "kubernetes-version: needs 1.30, the kubelet of node worker is 1.29", File: "suites/prestop/sleep.go", Line: 20},
		violated,
		unsure,
		beside, known, surprise,
	}
}

func sampleGood() []requirement.Result {
	var results []requirement.Result
	for i, r := range sampleSelected() {
		results = append(results, conformant(r.ID, strings.NewReplacer(".", "/", "-", "_").Replace(r.ID), float64(i), 10))
	}
	return results
}

func mustNew(t *testing.T, meta Meta, results []requirement.Result) Report {
	t.Helper()
	report, err := New(meta, sampleSelected(), results)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// sampleRewritten is a run on a platform that changes pods: one scenario's pod has
// lost its hook, and another's grace period makes no difference to what was judged.
func sampleRewritten() []requirement.Result {
	results := sampleGood()
	for i := range results {
		switch r := &results[i]; r.Requirement {
		case "prestop.before-term":
			r.Rewritten = []rewrite.Change{
				{Pod: "exec-before-term", Field: "spec.containers[app].lifecycle.preStop", Written: `{"exec":{"command":["/agent","hook"]}}`},
				{Pod: "exec-before-term", Field: "spec.terminationGracePeriodSeconds", Written: "60", Stored: "30"},
			}
			r.Verdict, r.Window = requirement.NonConformant, sampleWindow
			r.Expected, r.Seen = "end of the preStop hook before arrival of SIGTERM", "no end of the preStop hook was recorded"
			r.Reason = "expected " + r.Expected + ", seen: " + r.Seen
			r.Blame()
		case "prestop.sleep":
			r.Rewritten = []rewrite.Change{{Pod: "sleep-four", Field: "spec.containers[istio-proxy]", Stored: `{"name":"istio-proxy"}`}}
		}
	}
	return results
}

// sampleHostile has in every text what XML, terminals and Markdown trip over.
func sampleHostile() (Meta, []requirement.Result) {
	const text = "\x1b[31mred\x00 ]]> \xff \ufffe <b>&amp;|`\"' \r\nnext\tline"
	meta, results := sampleMeta(), sampleMixed()
	meta.Run.Hostname, meta.Cluster.Context, meta.Cluster.Nodes[0].Name = text, text, text
	for i := range results {
		r := &results[i]
		r.Expected, r.Seen, r.Window, r.Outcome = text, text, text, text
		if r.Verdict != requirement.Conformant {
			r.Reason = "clock-error: " + text
		}
	}
	return meta, results
}

// samples are the reports that the golden files show.
func samples(t *testing.T) map[string]Report {
	t.Helper()
	good := sampleMeta()
	good.Catalogue = CatalogueOf(sampleSelected(), sampleSelected())
	interrupted := sampleMeta()
	interrupted.Run.Interrupted = true
	broken := sampleMeta()
	broken.Run.Error = "create namespace hookcheck-k7: namespaces is forbidden:\n  User \"x\" cannot create resource \"namespaces\"\n  grant it, or name one with --namespace"
	broken.Run.Seconds, broken.Cluster.Nodes = 0.42, nil
	broken.Measurements, broken.Weight = nil, nil
	var nothing []requirement.Result
	for _, r := range sampleGood() {
		r.Verdict, r.Reason = requirement.NotApplicable, "pods/exec: the user may not create pods/exec"
		nothing = append(nothing, r)
	}
	hostile, texts := sampleHostile()
	return map[string]Report{
		"hostile":     mustNew(t, hostile, texts),
		"conformant":  mustNew(t, good, sampleGood()),
		"mixed":       mustNew(t, sampleMeta(), sampleMixed()),
		"interrupted": mustNew(t, interrupted, sampleGood()[:2]),
		"setup":       mustNew(t, broken, nil),
		"nothing":     mustNew(t, sampleMeta(), nothing),
		"rewritten":   mustNew(t, sampleMeta(), sampleRewritten()),
	}
}
