package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/reports"
)

func TestLine(t *testing.T) {
	s := reports.Summary{Conformant: 70, NonConformant: 1, UnexpectedPass: 1, Inconclusive: 2, NotApplicable: 4, NotRun: 3, KnownDeviation: 5}
	if got, want := line(s, 1), "70 passed, 8 failed, 9 skipped"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestFindings: what failed stands in the log, with its evidence.
func TestFindings(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile("../../reports/testdata/mixed.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, reports.ReportFile), data, 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{dir}, &stdout, &stderr); code != 0 || !strings.Contains(stderr.String(), "\nnon-conformant  grace.default-30  MUST\n") {
		t.Errorf("exit code %d, standard error:\n%s", code, stderr.String())
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken")
	if err := os.MkdirAll(broken, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, reports.ReportFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		code int
		out  string
	}{
		"no directory":  {nil, 2, ""},
		"unknown flag":  {[]string{"-x", dir}, 2, ""},
		"no report":     {[]string{dir}, 0, "0 passed, 1 failed, 0 skipped\n"},
		"and others":    {[]string{"-also-failed", "1", dir}, 0, "0 passed, 2 failed, 0 skipped\n"},
		"broken report": {[]string{broken}, 3, ""},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(tc.args, &stdout, &stderr); code != tc.code || stdout.String() != tc.out {
			t.Errorf("%s: exit code %d and %q, want %d and %q; said %q", name, code, stdout.String(), tc.code, tc.out, stderr.String())
		}
	}
}
