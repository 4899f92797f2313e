package reports

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func sampleResumption() Resumption {
	return Resumption{At: sampleStart.Add(time.Hour), Hostname: "ci-4", Command: []string{"hookcheck", "run", "--resume", "out"},
		After: AfterKilled, Kept: 2, Seconds: 11}
}

// TestResume: whatever a kill left of the last line, the log goes on after the whole
// lines, and the report is on the whole.
func TestResume(t *testing.T) {
	good := sampleGood()
	for name, tail := range map[string]string{
		"whole": "", "torn": `{"requirement":"prestop.sl`, "torn by a bracket": "{",
	} {
		t.Run(name, func(t *testing.T) {
			first, path := newLog(t)
			if err := first.SetUp(sampleMeta().Cluster); err != nil {
				t.Fatal(err)
			}
			appendAll(t, first, good[:2])
			if _, err := first.file.WriteString(tail); err != nil {
				t.Fatal(err)
			}
			_ = first.Close()

			log, record, err := OpenLog(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := log.Resume(record, sampleResumption()); err != nil {
				t.Fatal(err)
			}
			_, killed := rebuild(t, path)
			if killed.Outcome != Interrupted || killed.Run.Seconds != 11 || len(killed.Run.Resumed) != 1 {
				t.Errorf("killed again: %s after %g s, %+v", killed.Outcome, killed.Run.Seconds, killed.Run.Resumed)
			}
			appendAll(t, log, good[2:])
			meta := sampleMeta()
			meta.Run.Resumed = []Resumption{sampleResumption()}
			if err := errors.Join(log.End(meta), log.Close()); err != nil {
				t.Fatal(err)
			}
			if record, got := rebuild(t, path); record.Torn != "" || !reflect.DeepEqual(got, mustNew(t, meta, good)) {
				t.Errorf("torn %q, got\n%+v", record.Torn, got)
			}
		})
	}
}

// TestResumeWithoutTheLineFeed: a result that lacks nothing but that counts.
func TestResumeWithoutTheLineFeed(t *testing.T) {
	first, path := newLog(t)
	appendAll(t, first, sampleGood()[:2])
	if err := errors.Join(first.file.Truncate(first.size-1), first.Close()); err != nil {
		t.Fatal(err)
	}
	log, record, err := OpenLog(path)
	if err != nil || len(record.Results) != 2 {
		t.Fatalf("%d results, %v", len(record.Results), err)
	}
	if err := errors.Join(log.Resume(record, sampleResumption()), log.Close()); err != nil {
		t.Fatal(err)
	}
	if record, _ := rebuild(t, path); len(record.Results) != 2 || len(record.Resumed) != 1 {
		t.Errorf("%+v", record)
	}
}

// TestResumeAfterAnEnd: what was interrupted has an end, after which nothing but
// another part may come.
func TestResumeAfterAnEnd(t *testing.T) {
	first, path := newLog(t)
	meta := sampleMeta()
	meta.Run.Interrupted = true
	if err := errors.Join(first.End(meta), first.Close()); err != nil {
		t.Fatal(err)
	}
	log, record, err := OpenLog(path)
	if err != nil || record.End == nil {
		t.Fatalf("%+v, %v", record.End, err)
	}
	if err := log.Resume(record, sampleResumption()); err != nil {
		t.Fatal(err)
	}
	if record, _ := rebuild(t, path); record.End != nil {
		t.Error("the run goes on, and has an end")
	}
	if err := errors.Join(log.End(meta), log.Append(sampleGood()[0]), log.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadLog(path); err == nil || !strings.Contains(err.Error(), "line 5: the run ended in the line before") {
		t.Errorf("a result after the end: %v", err)
	}
}

func TestOneWriterOfALog(t *testing.T) {
	first, path := newLog(t)
	if _, _, err := OpenLog(path); !errors.Is(err, ErrBusy) {
		t.Errorf("opened beside its writer: %v", err)
	}
	_ = first.Close()
	log, _, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	_ = log.Close()
	if err := os.WriteFile(path, []byte("no header\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenLog(path); err == nil {
		t.Error("opened what is no log")
	}
	if log, _, err = OpenLog(path); err == nil || errors.Is(err, ErrBusy) {
		t.Errorf("the failed attempt kept the lock: %v, %v", log, err)
	}
}

func TestDepartures(t *testing.T) {
	gates := func(on bool) func(*Meta) {
		return func(m *Meta) { m.Cluster.Gates = map[string]bool{"X": on, "Y": true} }
	}
	node := func(change func(*Node)) func(*Meta) {
		return func(m *Meta) {
			m.Cluster.Nodes = slices.Clone(m.Cluster.Nodes[:1])
			change(&m.Cluster.Nodes[0])
		}
	}
	for name, tc := range map[string]struct {
		before, now func(*Meta)
		want        string // "" for the same run
	}{
		"the same":           {},
		"another hookcheck":  {now: func(m *Meta) { m.Suite.Version = "v0.4.0" }, want: "hookcheck v0.3.0 v0.4.0"},
		"another commit":     {now: func(m *Meta) { m.Suite.Commit = "2" }, want: "commit of hookcheck 1f2e3d4c 2"},
		"another Go":         {now: func(m *Meta) { m.Suite.GoVersion = "go1.27.0" }, want: "Go of hookcheck go1.26.8 go1.27.0"},
		"another catalogue":  {before: func(m *Meta) { m.Catalogue.Digest = "a" }, now: func(m *Meta) { m.Catalogue.Digest = "b" }, want: "catalogue a b"},
		"another profile":    {now: func(m *Meta) { m.Selection.Profile = "node" }, want: "profile core node"},
		"other requirements": {now: func(m *Meta) { m.Selection.Requirements = []string{"a", "b"} }, want: "requirements  a,b"},
		"another filter":     {now: func(m *Meta) { m.Selection.LabelFilter = "x" }, want: "label filter  x"},
		"another level":      {now: func(m *Meta) { m.Selection.Level = "must" }, want: "level  must"},
		"no excuses":         {now: func(m *Meta) { m.Selection.NoKnown = true }, want: "known deviations judged like anything else false true"},
		"another cluster": {before: func(m *Meta) { m.Cluster.UID = "1" }, now: func(m *Meta) { m.Cluster.UID, m.Cluster.Context = "2", "other" },
			want: "cluster 1 2"},
		"the cluster by another name": {before: func(m *Meta) { m.Cluster.UID = "1" }, now: func(m *Meta) { m.Cluster.UID, m.Cluster.Context = "1", "other" }},
		"another name, and no more":   {now: func(m *Meta) { m.Cluster.Context = "other" }, want: "context kind-hooks other"},
		"another version":             {now: func(m *Meta) { m.Cluster.ServerVersion = "v1.37.0" }, want: "Kubernetes v1.36.4 v1.37.0"},
		"another namespace":           {now: func(m *Meta) { m.Cluster.Namespace = "mine" }, want: "namespace hookcheck-k7 mine"},
		"another runtime class":       {now: func(m *Meta) { m.Cluster.RuntimeClass = "crun" }, want: "runtime class  crun"},
		"another gate":                {before: gates(true), now: gates(false), want: "feature gate X true false"},
		"gates not known yet":         {before: gates(true)},
		"nothing known yet":           {before: func(m *Meta) { m.Cluster = Cluster{} }},
		"another node":                {now: node(func(n *Node) { n.Name = "n" }), want: "node worker n"},
		"another kubelet":             {now: node(func(n *Node) { n.KubeletVersion = "v1.37.0" }), want: "kubelet v1.36.4 v1.37.0"},
		"another runtime":             {now: node(func(n *Node) { n.ContainerRuntimeVersion = "cri-o://1" }), want: "runtime containerd://2.2.1 cri-o://1"},
		"another kernel":              {now: node(func(n *Node) { n.KernelVersion = "7" }), want: "kernel 6.12.43 7"},
	} {
		t.Run(name, func(t *testing.T) {
			before, now := sampleMeta(), sampleMeta()
			if tc.before != nil {
				tc.before(&before)
			}
			if tc.now != nil {
				tc.now(&now)
			}
			var got []string
			for _, d := range Departures(before, now) {
				got = append(got, d.What+" "+d.A+" "+d.B)
			}
			if strings.Join(got, "; ") != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestWeightPlus(t *testing.T) {
	a := &Weight{Requests: 10, RequestsByScenario: map[string]int{"x": 4, "y": 2}, RequestsPerSecond: 2, Pods: 3, PeakRSS: 7} // 3 s
	b := &Weight{Requests: 20, RequestsByScenario: map[string]int{"x": 3}, RequestsPerSecond: 3, Pods: 1, PeakRSS: 5}         // 1 s
	want := &Weight{Requests: 30, RequestsByScenario: map[string]int{"x": 7, "y": 2}, RequestsPerSecond: 2.25, Pods: 4, PeakRSS: 7}
	if got := a.Plus(b); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if a.Plus(nil) != nil || (*Weight)(nil).Plus(b) != nil {
		t.Error("a part was not weighed, and the sum is known")
	}
}

// TestResumedIsTold: no reader takes a resumed run for one that went through.
func TestResumedIsTold(t *testing.T) {
	meta := sampleMeta()
	meta.Run.Resumed = []Resumption{sampleResumption()}
	report := mustNew(t, meta, sampleGood())
	junit, err := JUnit(report)
	if err != nil {
		t.Fatal(err)
	}
	for text, says := range map[string]string{
		string(junit):            `name="run.resumed.1" value="2026-03-14T10:26:53.589Z, after it was killed, 2 verdicts kept, by: hookcheck run --resume out"`,
		Sentence(report):         "resumed 2026-03-14 10:26:53 UTC after it was killed, 2 verdicts kept",
		string(Markdown(report)): "| resumed | 2026-03-14T10:26:53.589Z, after it was killed, 2 verdicts kept, by: hookcheck run --resume out |",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("no %q in\n%.3000s", says, text)
		}
	}
}

// TestDryRun: nothing of it can be taken for a pass.
func TestDryRun(t *testing.T) {
	meta := sampleMeta()
	meta.Run.DryRun = true
	report := mustNew(t, meta, nil)
	if report.Outcome != DryRun || report.ExitCode != ExitInconclusive || report.Summary.NotRun != report.Summary.Total() {
		t.Errorf("%s, exit code %d, %+v", report.Outcome, report.ExitCode, report.Summary)
	}
	data, err := JUnit(report)
	junit := string(data)
	if err != nil || !strings.Contains(junit, `tests="9" failures="0" errors="1" skipped="8"`) || !strings.Contains(junit, `<skipped message="dry-run: nothing was run`) {
		t.Errorf("%v:\n%.1500s", err, junit)
	}
	if badge := newBadge(report); badge.Color == "brightgreen" || !strings.HasPrefix(badge.Message, "dry run") || !badge.IsError {
		t.Errorf("%+v", badge)
	}
	all := sampleGood()
	if report = mustNew(t, meta, all); report.Outcome != DryRun || report.Summary.Count(requirement.Conformant) != len(all) {
		t.Errorf("with results from elsewhere: %s", report.Outcome)
	}
}

func TestBrokeOff(t *testing.T) {
	meta := sampleMeta()
	meta.Run.Error, meta.Run.BrokeOff = "write x: no space left on device", true
	report := mustNew(t, meta, sampleGood()[:2])
	data, err := JUnit(report)
	if err != nil || !strings.Contains(string(data), `<testcase name="hookcheck.run"`) || strings.Contains(string(data), "set-up") {
		t.Errorf("%v:\n%.1500s", err, data)
	}
	if s := Sentence(report); !strings.Contains(s, "error – the run broke off; 2 of 8") || !strings.HasPrefix(string(Markdown(report)), "## ⚠️") {
		t.Error(s)
	}
}
