package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// killed leaves a run of two scenarios as a kill does that comes when the log has one
// result: no end, no reports.
func killed(t *testing.T) string {
	t.Helper()
	dir := recorded(t, false, plainScenario, deviatesScenario)
	path := filepath.Join(dir, reports.LogFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	if err := os.WriteFile(path, []byte(strings.Join(lines[:2], "")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range reportFiles {
		if err := os.Remove(filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// everything returns what the files of a directory hold.
func everything(t *testing.T, dir string) string {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all.WriteString(path + "\n" + string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// theCluster is the one that the histories of recorded name.
func theCluster() reports.Cluster {
	return reports.Cluster{ServerVersion: "v1.36.4", Nodes: []reports.Node{{Name: "hookcheck-control-plane", KubeletVersion: "v1.36.4"}}}
}

func nothingGiven(string) bool { return false }

// TestResume: what is missing is added, and the whole is verified.
func TestResume(t *testing.T) {
	dir := killed(t)
	before, err := reports.ReadLog(filepath.Join(dir, reports.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	whole := recorded(t, false, plainScenario, deviatesScenario)
	all, err := reports.ReadLog(filepath.Join(whole, reports.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s := streams{out: &out, err: &out}
	o := runOptions{given: nothingGiven}
	p, err := o.goOn(s, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.missing()) != len(all.Results)-1 || p.recorded[before.Results[0].Scenario] != before.Results[0].HistoryDigest {
		t.Errorf("%d are missing, recorded are %v", len(p.missing()), p.recorded)
	}
	if o.node != theCluster().Nodes[0].Name {
		t.Errorf("goes on on node %q", o.node)
	}
	if err := p.setUp(theCluster()); err != nil {
		t.Fatal(err)
	}
	sink := newSink(s, p.log, p.missing(), p.before.Results)
	for _, r := range all.Results[1:] {
		if err := sink.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	report, err := p.report(s, sink.results)
	if err := errors.Join(err, p.log.End(p.meta), p.log.Close(), writeReports(dir, report)); err != nil {
		t.Fatal(err)
	}
	if n := len(report.Run.Resumed); report.Outcome != reports.Conformant || n != 1 || report.Run.Resumed[0].After != reports.AfterKilled || report.Run.Resumed[0].Kept != 1 {
		t.Errorf("%s, %+v", report.Outcome, report.Run.Resumed)
	}
	if report.Weight != nil || len(report.Measurements) == 0 {
		t.Errorf("the first part was not weighed, both were measured: %+v, %v", report.Weight, report.Measurements)
	}
	if code, out := verifyText(t, dir); code != 0 {
		t.Errorf("verify: exit code %d: %s", code, out)
	}
	change(t, dir, func(r *reports.Report) { r.Run.Resumed = nil })
	if code, out := verifyText(t, dir); code != reports.ExitNonConformant || !strings.Contains(out, "is older than results.jsonl: the run was resumed at") {
		t.Errorf("verify of a report that does not say so: exit code %d: %s", code, out)
	}
}

// TestResumeRefuses: what would mix two runs is named, and nothing is written.
func TestResumeRefuses(t *testing.T) {
	header := func(change func(*reports.Meta)) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			record, err := reports.ReadLog(filepath.Join(dir, reports.LogFile))
			if err != nil {
				t.Fatal(err)
			}
			change(&record.Header.Meta)
			_ = os.Remove(filepath.Join(dir, reports.LogFile))
			log, err := reports.CreateLog(filepath.Join(dir, reports.LogFile), record.Header.Meta, record.Header.Selected)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range record.Results {
				err = errors.Join(err, log.Append(r))
			}
			if err := errors.Join(err, log.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tc := range []struct {
		name    string
		prepare func(t *testing.T, dir string)
		args    string
		says    string
	}{
		{name: "another hookcheck", prepare: header(func(m *reports.Meta) { m.Suite.Version = "v0.0.1" }), says: "hookcheck is " + suite().Version + ", was v0.0.1"},
		{name: "another catalogue", prepare: header(func(m *reports.Meta) { m.Catalogue.Digest = "sha256:0" }), says: "catalogue is sha256:"},
		{name: "another profile", args: "--profile node", says: "profile is node, was core"},
		{name: "other requirements", args: "-r grace.default-30", says: "requirements is grace.default-30, was not given"},
		{name: "another level", args: "--level must", says: "level is must, was not given"},
		{name: "another filter", args: "--label-filter area:grace", says: "label filter is area:grace, was not given"},
		{name: "no excuses", args: "--no-known", says: "judged like anything else is true, was false"},
		{name: "another runtime", args: "--runtime-class crun", says: "runtime class is crun, was not given"},
		{name: "a dry run", prepare: header(func(m *reports.Meta) { m.Run.DryRun = true }), says: "is a dry run"},
		{name: "a changed history", says: "is not the history that the verdict on grace.default-30 follows from",
			prepare: func(t *testing.T, dir string) {
				edit(t, filepath.Join(dir, "histories", plainScenario+".jsonl"), `"v1.36.4"`, `"v1.36.5"`)
			}},
		{name: "a lost history", says: "has lost its history", prepare: func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, "histories")); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "another name", args: "--run x", says: "--resume and --run exclude each other"},
		{name: "another directory", args: "--artifacts x", says: "--resume and --artifacts exclude each other"},
		{name: "what failed", args: "--rerun-failed x", says: "--resume and --rerun-failed exclude each other"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := killed(t)
			if tc.prepare != nil {
				tc.prepare(t, dir)
			}
			before := everything(t, dir)
			code, out := runCommand(t, append([]string{"run", "--resume", dir}, strings.Fields(tc.args)...)...)
			if code != reports.ExitUsage || !strings.Contains(out, tc.says) {
				t.Errorf("exit code %d, no %q in\n%s", code, tc.says, out)
			}
			if everything(t, dir) != before {
				t.Error("the directory was changed")
			}
		})
	}
}

// TestResumeElsewhere: the cluster is known late, and nothing was written until then.
func TestResumeElsewhere(t *testing.T) {
	dir := killed(t)
	before := everything(t, dir)
	o := runOptions{given: nothingGiven}
	p, err := o.goOn(streams{out: &bytes.Buffer{}, err: &bytes.Buffer{}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := theCluster()
	elsewhere.ServerVersion, elsewhere.Nodes[0].Name = "v1.37.0", "n"
	err = p.setUp(elsewhere)
	var exit *exitError
	for _, says := range []string{"Kubernetes is v1.37.0, was v1.36.4", "node is n, was hookcheck-control-plane"} {
		if !errors.As(err, &exit) || exit.code != reports.ExitUsage || !strings.Contains(err.Error(), says) {
			t.Errorf("no %q: %v", says, err)
		}
	}
	_ = p.log.Close()
	if p.ready || everything(t, dir) != before {
		t.Error("the directory was changed")
	}
}

// TestResumeWithoutACluster: the run that is there stays what it is.
func TestResumeWithoutACluster(t *testing.T) {
	dir := killed(t)
	before := everything(t, dir)
	code, out := runCommand(t, "run", "--resume", dir)
	if code != reports.ExitInconclusive || !strings.Contains(out, "no cluster is configured") || !strings.Contains(out, dir+" is as it was") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if everything(t, dir) != before {
		t.Error("the directory was changed")
	}
}

func TestResumeNothing(t *testing.T) {
	if code, out := runCommand(t, "run", "--resume", recorded(t, false, plainScenario)); code != reports.ExitUsage || !strings.Contains(out, "nothing is missing") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// TestResumeBesideTheRun: what is still going on is not gone on with.
func TestResumeBesideTheRun(t *testing.T) {
	dir := killed(t)
	log, _, err := reports.OpenLog(filepath.Join(dir, reports.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if code, out := runCommand(t, "run", "--resume", dir); code != reports.ExitUsage || !strings.Contains(out, "is still going on") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// TestKilledRunIsTheLatest: `report _artifacts/latest` must not show the run before it.
func TestKilledRunIsTheLatest(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("ARTIFACTS", "")
	o := runOptions{name: "first", selection: selection{profiles: []string{"core"}, level: levelObserved}}
	p, err := o.begin(streams{out: &bytes.Buffer{}, err: &bytes.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.log.Close()
	if code, out := here(t, "report", "_artifacts/latest"); code != reports.ExitInterrupted || !strings.Contains(out, "not judged") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// here runs a command line where the test is.
func here(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	return execute(t.Context(), args, streams{out: &out, err: &out}), out.String()
}

// TestDryRun: it needs no cluster, and no verb takes it for a verdict.
func TestDryRun(t *testing.T) {
	dir, judged := filepath.Join(t.TempDir(), "dry"), recorded(t, false, plainScenario)
	code, out := runCommand(t, "run", "--dry-run", "-r", "grace.*", "--artifacts", dir)
	if code != reports.ExitInconclusive || !strings.Contains(out, "verdict: dry run – nothing was run") {
		t.Errorf("exit code %d: %s", code, out)
	}
	report, err := reports.Read(filepath.Join(dir, reports.ReportFile))
	if err != nil || !report.Run.DryRun || report.Outcome != reports.DryRun || report.Summary.Count(requirement.NotRun) != report.Summary.Total() {
		t.Errorf("%+v, %v", report.Summary, err)
	}
	junit, err := os.ReadFile(filepath.Join(dir, reports.JUnitFile))
	if err != nil || !strings.Contains(string(junit), `<skipped message="dry-run: `) || !strings.Contains(string(junit), `<error message="nothing was run`) {
		t.Errorf("%v: %.2000s", err, junit)
	}
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"report", dir}, reports.ExitInconclusive, "verdict: dry run"},
		{[]string{"verify", dir}, reports.ExitInconclusive, "open it is a dry run"},
		{[]string{"compare", dir, judged}, reports.ExitUsage, "is a dry run"},
		{[]string{"compare", judged, dir}, reports.ExitUsage, "is a dry run"},
		{[]string{"judge", dir}, reports.ExitUsage, "holds no histories"},
		{[]string{"run", "--rerun-failed", dir}, reports.ExitUsage, "is a dry run"},
		{[]string{"run", "--resume", dir}, reports.ExitUsage, "is a dry run"},
		{[]string{"run", "--artifacts", dir}, reports.ExitUsage, "holds another run"},
	} {
		if code, out := runCommand(t, tc.args...); code != tc.code || !strings.Contains(strings.Join(strings.Fields(out), " "), tc.says) {
			t.Errorf("%v: exit code %d, no %q in\n%s", tc.args, code, tc.says, out)
		}
	}
}
