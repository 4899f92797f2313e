package reports

import (
	"cmp"
	"slices"

	"github.com/hookcheck/hookcheck/framework/rewrite"
)

// A Rewrite is one field of a pod that was stored otherwise than its scenario
// wrote it.
type Rewrite struct {
	// Scenario is the one whose pod it is.
	Scenario string `json:"scenario"`
	rewrite.Change
}

// rewrites collects them from the results: each has those of its scenario.
func rewrites(entries []Entry) []Rewrite {
	var all []Rewrite
	seen := map[string]bool{}
	for _, entry := range entries {
		if seen[entry.Scenario] || len(entry.Rewritten) == 0 {
			continue
		}
		seen[entry.Scenario] = true
		for _, c := range entry.Rewritten {
			all = append(all, Rewrite{Scenario: entry.Scenario, Change: c})
		}
	}
	slices.SortStableFunc(all, func(a, b Rewrite) int { return cmp.Compare(a.Scenario, b.Scenario) })
	return all
}

// rewritten counts them: "3 fields of 2 pods". Pods of two scenarios have
// different names.
func rewritten(all []Rewrite) string {
	var changes []rewrite.Change
	for _, r := range all {
		changes = append(changes, r.Change)
	}
	return plural(len(all), "field") + " of " + plural(len(rewrite.Pods(changes)), "pod")
}

// rewrittenLines caps the list in the table; report.json has the whole.
const rewrittenLines = 40

// rewritten prints what the platform made of the pods.
func (t *table) rewritten(all []Rewrite) {
	if len(all) == 0 {
		return
	}
	t.line("")
	t.line(t.paint(yellow, "rewritten by the platform") + "  " + rewritten(all))
	t.field("", "These pods were judged as they are stored, which is not as they were written.")
	scenario := ""
	for _, r := range all[:min(len(all), rewrittenLines)] {
		if r.Scenario != scenario {
			scenario = r.Scenario
			t.line("    " + printable(scenario))
		}
		indent := "      "
		for _, line := range wrap(printable(r.Pod+"  "+r.String()), t.width-len(indent)-2) {
			t.line(indent + line)
			indent = "        "
		}
	}
	if more := len(all) - rewrittenLines; more > 0 {
		t.line("    … " + plural(more, "more field") + " in " + t.path(ReportFile))
	}
}
