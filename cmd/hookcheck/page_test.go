package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/history/historytest"
	"github.com/hookcheck/hookcheck/reports"
	"github.com/hookcheck/hookcheck/reports/page"
)

// TestWriteReports also has nothing but an error to show: a page is there all the same.
func TestWriteReports(t *testing.T) {
	dir := t.TempDir()
	report, err := reports.New(reports.Meta{Run: reports.Run{Error: "no such cluster"}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeReports(dir, report); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{reports.ReportFile, reports.JUnitFile, page.File} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), "no such cluster") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "x", reports.JUnitFile, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeReports(filepath.Join(dir, "x"), report); err == nil || !strings.Contains(err.Error(), reports.JUnitFile) {
		t.Errorf("%v, want the name of the file", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x", page.File)); err != nil {
		t.Error(err)
	}
}

func TestSamples(t *testing.T) {
	h := historytest.New("x").Pod(5*time.Second, historytest.Pod("p", historytest.Terminated("app", 0, 0, 4*time.Second,
		historytest.Entry(time.Second, "start", "v", "1"),
		historytest.Entry(1500*time.Millisecond, "hook-begin", "name", "postStart")))).Done()
	if got := samples(h)["start-to-poststart"]; len(got) != 1 || got[0] != 0.5 {
		t.Errorf("%v, want 0.5", got)
	}
	if got := samples(history.New(history.Header{})); len(got) != 0 {
		t.Errorf("%v of nothing", got)
	}
}
