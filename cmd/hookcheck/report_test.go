package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

var reportFiles = []string{reports.ReportFile, reports.JUnitFile, reports.SummaryFile, reports.BadgeFile, reports.BadgeJSONFile}

// TestReportOfAKilledRun: the log of results is all that is left.
func TestReportOfAKilledRun(t *testing.T) {
	dir := saved(t, requirement.Conformant, true)
	path := filepath.Join(dir, reports.LogFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for _, tc := range []struct {
		name, left string
		code       int
		says       []string
	}{
		{"all judged", string(whole), 0, []string{"verdict: conformant", "no end: the run was killed"}},
		{"one missing", lines[0] + lines[1], 130, []string{"stopped with 1 of 2 requirements not judged", "grace.probe-level"}},
		{"a torn line", lines[0] + lines[1][:40], 130, []string{"stopped with 2 of 2", "line 2, the last, is torn"}},
		{"nothing", lines[0], 130, []string{"stopped with 2 of 2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(tc.left), 0o600); err != nil {
				t.Fatal(err)
			}
			code, out := runCommand(t, "report", dir)
			for _, says := range tc.says {
				if code != tc.code || !strings.Contains(out, says) {
					t.Errorf("exit code %d, want %d, and %q in\n%s", code, tc.code, says, out)
				}
			}
			for _, file := range reportFiles {
				if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
					t.Error(err)
				}
				_ = os.Remove(filepath.Join(dir, file))
			}
		})
	}
}

// TestReportTellsTheClusterFromHistories: a killed run did not write it down.
func TestReportTellsTheClusterFromHistories(t *testing.T) {
	dir := saved(t, requirement.Conformant, true)
	runCommand(t, "report", dir)
	report, err := reports.Read(filepath.Join(dir, reports.ReportFile))
	if err != nil || len(report.Cluster.Nodes) != 1 || report.Cluster.Nodes[0].KubeletVersion != "v1.36.4" {
		t.Errorf("%+v, %v", report.Cluster, err)
	}
}

// TestReportThatCannotBeWritten: the user still sees what was found, and learns how
// to get the rest.
func TestReportThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, reports.JUnitFile, "x"), 0o750); err != nil {
		t.Fatal(err)
	}
	code, out := runCommand(t, "run", "--artifacts", dir)
	for _, says := range []string{"verdict: error", "write " + filepath.Join(dir, reports.JUnitFile), "`hookcheck report " + dir + "` writes the reports"} {
		if code != reports.ExitInconclusive || !strings.Contains(out, says) {
			t.Errorf("exit code %d, no %q in\n%s", code, says, out)
		}
	}
	if _, err := reports.Read(filepath.Join(dir, reports.ReportFile)); err != nil {
		t.Error(err)
	}
	if code, out := runCommand(t, "report", dir); code != reports.ExitInconclusive || !strings.Contains(out, "write "+filepath.Join(dir, reports.JUnitFile)) {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// TestReportSchema: the binary has the schema, which is JSON and names the version.
func TestReportSchema(t *testing.T) {
	code, out := runCommand(t, "report", "--schema")
	var schema struct {
		Schema     string `json:"$schema"`
		Properties struct {
			APIVersion struct {
				Const string `json:"const"`
			} `json:"apiVersion"`
		} `json:"properties"`
	}
	if err := json.Unmarshal([]byte(out), &schema); err != nil || code != 0 || !strings.Contains(schema.Schema, "2020-12") || schema.Properties.APIVersion.Const != reports.APIVersion {
		t.Errorf("exit code %d, %v: %.200s", code, err, out)
	}
	for _, args := range [][]string{{"report", "--schema", "x"}, {"report"}} {
		if code, out := runCommand(t, args...); code != reports.ExitUsage {
			t.Errorf("%q: exit code %d: %s", args, code, out)
		}
	}
}
