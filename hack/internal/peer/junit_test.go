package peer

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// report is what the suite writes, with the skipped specs that it lists by the thousand.
const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="6" disabled="1" errors="0" failures="1" time="42.5">
  <testsuite name="Kubernetes e2e suite" package="/cache" tests="6" disabled="0" skipped="2" errors="0" failures="1" time="42.5" timestamp="2026-01-01T00:00:00">
    <testcase name="[SynchronizedBeforeSuite]" classname="Kubernetes e2e suite" status="STATE" time="0.1">CAUSE</testcase>
    <testcase name="[It] [sig-node] Hooks run [Conformance]" classname="Kubernetes e2e suite" status="passed" time="16.2"></testcase>
    <testcase name="[It] [sig-node] Hooks end" classname="Kubernetes e2e suite" status="failed" time="46">
      <failure message="" type="failed">[FAILED] Timed out after 30.001s.
Expected
    nil
</failure>
    </testcase>
    <testcase name="[It] [sig-node] Hooks wait" classname="Kubernetes e2e suite" status="interrupted" time="20"></testcase>
    <testcase name="[It] [sig-apps] Deployments roll" classname="Kubernetes e2e suite" status="skipped" time="0"><skipped message="skipped"></skipped></testcase>
    <testcase name="[ReportAfterSuite] Kubernetes e2e suite report" classname="Kubernetes e2e suite" status="passed" time="0"></testcase>
  </testsuite>
</testsuites>`

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "junit_01.xml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadJUnit(t *testing.T) {
	specs, err := readJUnit(write(t, strings.NewReplacer("STATE", "passed", "CAUSE", "").Replace(report)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Spec{
		{Name: "[sig-node] Hooks run [Conformance]", State: "passed", Seconds: 16.2},
		{Name: "[sig-node] Hooks end", State: "failed", Seconds: 46, Failure: "[FAILED] Timed out after 30.001s."},
		{Name: "[sig-node] Hooks wait", State: "interrupted", Seconds: 20},
	}
	if !reflect.DeepEqual(specs, want) {
		t.Errorf("%+v\nwant %+v", specs, want)
	}
	r := Result{Specs: specs}
	if r.Passed() != 1 || !reflect.DeepEqual(r.Failed(), []string{"[sig-node] Hooks end"}) || r.SpecSeconds() != 82.2 {
		t.Error(r.Passed(), r.Failed(), r.SpecSeconds())
	}
}

func TestReadJUnitOfNothing(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"set-up failed", strings.NewReplacer("STATE", "failed", "CAUSE", "<failure>no nodes</failure>").Replace(report), "[SynchronizedBeforeSuite] failed: no nodes"},
		{"cut off", report[:300], "junit_01.xml: XML syntax error"},
	} {
		if _, err := readJUnit(write(t, tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.want)
		}
	}
}
