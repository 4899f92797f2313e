package reports

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "artifacts")
	for _, name := range []string{"setup", "mixed"} { // the second replaces the first
		report := samples(t)[name]
		if err := Write(dir, report); err != nil {
			t.Fatal(err)
		}
		again, err := Read(filepath.Join(dir, ReportFile))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again, report) {
			t.Errorf("%s: read back\n%+v\nwant\n%+v", name, again, report)
		}
		want, err := JUnit(report)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, JUnitFile)); err != nil || string(got) != string(want) {
			t.Errorf("%s: junit.xml: %v, %d bytes, want %d", name, err, len(got), len(want))
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 5 {
		t.Errorf("%v: want the five files only", entries)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v, mode %v, want 0644", entry.Name(), err, info.Mode())
		}
	}
}

// TestWriteFailsByName puts a directory where report.json belongs: junit.xml is
// written all the same, and no temporary file stays.
func TestWriteFailsByName(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, ReportFile)
	if err := os.MkdirAll(filepath.Join(blocked, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := Write(dir, samples(t)["mixed"])
	if err == nil || !strings.Contains(err.Error(), "write "+blocked+": ") || strings.Contains(err.Error(), JUnitFile) {
		t.Errorf("got %v, want the name of %s only", err, ReportFile)
	}
	names, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if _, err := os.Stat(filepath.Join(dir, JUnitFile)); err != nil || len(names) != 0 {
		t.Errorf("junit.xml: %v; temporary files: %v", err, names)
	}

	if err := Write(filepath.Join(dir, JUnitFile), Report{}); err == nil || !strings.Contains(err.Error(), JUnitFile) {
		t.Errorf("a file as directory: %v", err)
	}
}

func TestReadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ReportFile)
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("missing: %v", err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("torn: %v", err)
	}
}
