package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/gate"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

// recorded writes the directory of a run of the given scenarios, from the
// histories that the suites' tests have of real clusters. noKnown judges known
// deviations like anything else.
func recorded(t *testing.T, noKnown bool, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
	meta := reports.Meta{Run: reports.Run{ID: "k7", Started: began, Ended: began.Add(time.Minute), Seconds: 60},
		Suite: suite(), Selection: reports.Selection{Profile: requirement.Core, NoKnown: noKnown}}
	var selected []requirement.Requirement
	var results []requirement.Result
	for _, name := range names {
		sc, err := scenario.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		h := goldenHistory(t, name)
		h.Header.Run = meta.Run.ID
		path := filepath.Join(dir, scenario.HistoryPath(name))
		if err := h.Save(path); err != nil {
			t.Fatal(err)
		}
		digest, err := history.Digest(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range sc.Judge(h, nil) {
			of, err := catalogue.Get(r.Requirement)
			if err == nil && !noKnown {
				err = gate.Of(h.Header.ServerVersion, h.Header.KubeletVersion).Apply(of, &r)
			}
			if err != nil {
				t.Fatal(err)
			}
			r.HistoryDigest = digest
			selected, results = append(selected, of), append(results, r)
		}
	}
	meta.Catalogue = reports.CatalogueOf(catalogue.All(), selected)
	writeRun(t, dir, meta, selected, results)
	return dir
}

// writeRun writes what a run writes at its end.
func writeRun(t *testing.T, dir string, meta reports.Meta, selected []requirement.Requirement, results []requirement.Result) {
	t.Helper()
	_ = os.Remove(filepath.Join(dir, reports.LogFile))
	log, err := reports.CreateLog(filepath.Join(dir, reports.LogFile), meta, selected)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		err = errors.Join(err, log.Append(r))
	}
	report, bad := reports.New(meta, selected, results)
	if err := errors.Join(err, bad, log.End(meta), log.Close(), reports.Write(dir, report)); err != nil {
		t.Fatal(err)
	}
}

// goldenHistory is the good history of a scenario, <area>/<stem>.
func goldenHistory(t *testing.T, name string) *history.History {
	t.Helper()
	area, stem, _ := strings.Cut(name, "/")
	data, err := os.ReadFile(filepath.Join("..", "..", "suites", area, "testdata", stem+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	h, err := history.Decode(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// edit replaces a part of a file that must be there.
func edit(t *testing.T, path, part, by string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), part) {
		t.Fatalf("%s has no %q", path, part)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), part, by, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// change changes the report.json of a directory.
func change(t *testing.T, dir string, by func(r *reports.Report)) {
	t.Helper()
	path := filepath.Join(dir, reports.ReportFile)
	report, err := reports.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	by(&report)
	data, err := json.Marshal(report)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The scenarios of the runs below, and where their histories lie. Of the second
// one a deviation is known.
const (
	plainScenario    = "grace/default"
	deviatesScenario = "handlers/sleep_ends"
)

func verifyText(t *testing.T, args ...string) (int, string) {
	t.Helper()
	code, out := runCommand(t, append([]string{"verify"}, args...)...)
	return code, strings.Join(strings.Fields(out), " ")
}

func TestVerifyGood(t *testing.T) {
	for _, noKnown := range []bool{false, true} {
		t.Run(fmt.Sprintf("noKnown=%t", noKnown), func(t *testing.T) {
			dir := recorded(t, noKnown, plainScenario, deviatesScenario)
			for _, arg := range []string{dir, filepath.Join(dir, reports.ReportFile)} {
				if code, out := verifyText(t, arg); code != 0 || !strings.HasSuffix(out, " verified") || !strings.Contains(out, "judged again") {
					t.Errorf("exit code %d: %s", code, out)
				}
			}
		})
	}
}

// TestVerifyFindsTampering: each kind is caught, and named.
func TestVerifyFindsTampering(t *testing.T) {
	find := func(r *reports.Report, v requirement.Verdict) *reports.Entry {
		for i := range r.Results {
			if r.Results[i].Verdict == v {
				return &r.Results[i]
			}
		}
		t.Fatalf("no result is %s", v)
		return nil
	}
	in := filepath.Join
	for _, tc := range []struct {
		name   string
		tamper func(t *testing.T, dir string)
		says   []string
	}{
		{"a verdict changed", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { find(r, requirement.NonConformant).Verdict = requirement.Conformant })
		}, []string{"report.json: counts 1 as non-conformant, has 0", "is conformant, in results.jsonl it is non-conformant", "the report says conformant, judged again it is non-conformant"}},
		{"a result removed", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { r.Results = r.Results[1:] })
		}, []string{"has no result, in results.jsonl it is", "requirements were selected, and there are"}},
		{"a result added", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) {
				more := *find(r, requirement.Conformant)
				more.Requirement = "prestop.before-term"
				r.Results = append(r.Results, more)
			})
		}, []string{"prestop.before-term has a result, and was not selected", "case hookcheck.grace prestop.before-term is missing"}},
		{"a count changed", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { r.Summary.Conformant++ })
		}, []string{"report.json: counts"}},
		{"the exit code changed", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { r.ExitCode = 0 })
		}, []string{"report.json: the exit code is 0, its results make it 1"}},
		{"a history edited", func(t *testing.T, dir string) {
			edit(t, in(dir, scenario.HistoryPath(plainScenario)), `"reason":"Scheduled"`, `"reason":"Skedaddle"`)
		}, []string{"histories/grace/default.jsonl: was changed after the run"}},
		{"a history removed", func(t *testing.T, dir string) {
			_ = os.Remove(in(dir, scenario.HistoryPath(plainScenario)))
		}, []string{"histories/grace/default.jsonl: is not there"}},
		{"a case of JUnit removed", func(t *testing.T, dir string) {
			path := in(dir, reports.JUnitFile)
			data, _ := os.ReadFile(path)
			from := bytes.Index(data, []byte(`<testcase name="grace.default-30"`))
			to := from + bytes.Index(data[from:], []byte("</testcase>")) + len("</testcase>")
			edit(t, path, string(data[from:to]), "")
		}, []string{"junit.xml: case hookcheck.grace grace.default-30 is missing, by report.json it is a pass", "junit.xml: suite hookcheck.grace counts"}},
		{"a failure of JUnit made a pass", func(t *testing.T, dir string) {
			path := in(dir, reports.JUnitFile)
			data, _ := os.ReadFile(path)
			from := bytes.Index(data, []byte("<failure "))
			to := from + bytes.Index(data[from:], []byte("</failure>")) + len("</failure>")
			edit(t, path, string(data[from:to]), "")
		}, []string{"is a pass, by report.json it is a failure", "its cases make it"}},
		{"the catalogue's digest changed", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { r.Catalogue.Digest = "sha256:0" })
		}, []string{"report.json: the catalogue is sha256:0, in results.jsonl it is", "junit.xml: catalogue.digest of suite"}},

		// Beyond the ten.
		{"another cluster", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { r.Cluster.ServerVersion = "v9" })
		}, []string{"report.json: cluster is not what results.jsonl says"}},
		{"other evidence", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { find(r, requirement.NonConformant).Seen = "nothing" })
		}, []string{": seen is not what results.jsonl says"}},
		{"a history from elsewhere", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { r.Results[0].History = "../other.jsonl" })
		}, []string{`the history "../other.jsonl" is not below the report`}},
		{"no history named", func(t *testing.T, dir string) {
			change(t, dir, func(r *reports.Report) { find(r, requirement.NonConformant).History = "" })
		}, []string{": history is not what results.jsonl says"}},
		{"a log that was cut in the middle", func(t *testing.T, dir string) {
			edit(t, in(dir, reports.LogFile), `{"requirement":`, `{"`)
		}, []string{"results.jsonl: read results"}},
		{"no report", func(t *testing.T, dir string) {
			edit(t, in(dir, reports.ReportFile), "report/v1", "report/v9")
		}, []string{"report.json: apiVersion is", "/apiVersion: value must be", "v9"}},
		{"a type changed", func(t *testing.T, dir string) {
			edit(t, in(dir, reports.ReportFile), `"exitCode": 1`, `"exitCode": "1"`)
		}, []string{"report.json: not a report", "report.json: /exitCode: got string, want integer"}},
		{"a field added", func(t *testing.T, dir string) {
			edit(t, in(dir, reports.ReportFile), `"summary": {`, `"summary": {"waived": 2,`)
		}, []string{"report.json: /summary/waived: there is no such field"}},
		{"no XML", func(t *testing.T, dir string) {
			edit(t, in(dir, reports.JUnitFile), "</testsuites>", "")
		}, []string{"junit.xml: XML syntax error"}},
		{"all files written anew, but for the histories", func(t *testing.T, dir string) {
			record, err := reports.ReadLog(in(dir, reports.LogFile))
			if err != nil {
				t.Fatal(err)
			}
			for i := range record.Results {
				if r := &record.Results[i]; r.Verdict == requirement.NonConformant {
					r.Verdict, r.Reason, r.Expected, r.Seen = requirement.Conformant, "", "", ""
				}
			}
			writeRun(t, dir, *record.End, record.Header.Selected, record.Results)
		}, []string{"the report says conformant, judged again it is non-conformant"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := recorded(t, true, plainScenario, deviatesScenario)
			tc.tamper(t, dir)
			code, out := verifyText(t, dir)
			for _, says := range tc.says {
				if code != reports.ExitNonConformant || !strings.Contains(out, says) {
					t.Errorf("exit code %d, no %q in\n%s", code, says, out)
				}
			}
		})
	}
}

// TestVerifyOpen: what is missing is told, and is no success.
func TestVerifyOpen(t *testing.T) {
	for name, says := range map[string]string{
		reports.LogFile:   "open results.jsonl is not there",
		reports.JUnitFile: "open junit.xml is not there",
		"histories":       "open there are no histories",
	} {
		t.Run(name, func(t *testing.T) {
			dir := recorded(t, true, plainScenario)
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			if code, out := verifyText(t, dir); code != reports.ExitInconclusive || !strings.Contains(out, says) {
				t.Errorf("exit code %d: %s", code, out)
			}
		})
	}
}

// TestVerifyOlder: a report by another catalogue, without digests, is not called
// forged for that.
func TestVerifyOlder(t *testing.T) {
	dir := recorded(t, true, plainScenario, deviatesScenario)
	record, err := reports.ReadLog(filepath.Join(dir, reports.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	meta := *record.End
	meta.Catalogue.Digest = "sha256:older"
	for i := range record.Results {
		record.Results[i].HistoryDigest = ""
		if record.Results[i].Verdict == requirement.NonConformant {
			record.Results[i].Verdict = requirement.Inconclusive
		}
	}
	writeRun(t, dir, meta, record.Header.Selected, record.Results)
	code, out := verifyText(t, dir)
	for _, says := range []string{"with another catalogue, sha256:older", "2 of 2 histories have no digest", "judged again it is non-conformant"} {
		if code != reports.ExitInconclusive || !strings.Contains(out, says) {
			t.Errorf("exit code %d, no %q in\n%s", code, says, out)
		}
	}
}

func TestVerifyJSON(t *testing.T) {
	var out, problems bytes.Buffer
	code := execute(t.Context(), []string{"verify", recorded(t, false, plainScenario), "-o", "json"}, streams{out: &out, err: &problems})
	var v reports.Verification
	if err := json.NewDecoder(io.TeeReader(&out, &problems)).Decode(&v); err != nil || code != 0 || v.Findings == nil || len(v.Agreed) < 5 {
		t.Errorf("exit code %d, %v: %s", code, err, problems.String())
	}
}
