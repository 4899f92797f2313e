package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

func TestCompareRuns(t *testing.T) {
	good, more := recorded(t, false, plainScenario), recorded(t, false, plainScenario, deviatesScenario)
	strict := recorded(t, true, plainScenario, deviatesScenario)
	killed := saved(t, requirement.Conformant, true)
	for _, tc := range []struct {
		a, b string
		code int
		says string
	}{
		{good, good, 0, "B has no new failures, 1 the same"},
		{good, filepath.Join(good, reports.ReportFile), 0, "B has no new failures, 1 the same"},
		{more, strict, 1, "known deviation → non-conformant"},
		{strict, more, 0, "1 fixed"},
		{good, more, 0, "coverage differs"},
		{more, good, 3, "without a verdict that A has"},
		{good, killed, 0, "grace.probe-level"},
	} {
		var out bytes.Buffer
		code := execute(t.Context(), []string{"compare", tc.a, tc.b}, streams{out: &out, err: &out})
		if code != tc.code || !strings.Contains(out.String(), tc.says) {
			t.Errorf("exit code %d, want %d and %q in\n%s", code, tc.code, tc.says, out.String())
		}
	}
}

func TestCompareOutputs(t *testing.T) {
	dir := recorded(t, false, plainScenario)
	for output, says := range map[string]string{"markdown": "## ✅ hookcheck: two runs compared", "html": "<title>hookcheck: k7 and k7 compared</title>", "yaml": "exitCode: 0", "jsn": `did you mean "json"?`} {
		var out bytes.Buffer
		code := execute(t.Context(), []string{"compare", dir, dir, "-o", output}, streams{out: &out, err: &out})
		if (code == 0) == (output == "jsn") || !strings.Contains(out.String(), says) {
			t.Errorf("-o %s: exit code %d, %s", output, code, out.String())
		}
	}
	var out, problems bytes.Buffer
	execute(t.Context(), []string{"compare", dir, dir, "-o", "json"}, streams{out: &out, err: &problems})
	var c reports.Comparison
	if err := json.Unmarshal(out.Bytes(), &c); err != nil || c.Same != 1 || c.NewFailures == nil {
		t.Errorf("%v, %+v%s", err, c, problems.String())
	}
}
