package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// What stands below the verdicts: lists of requirements with something to say in a
// line, and what was measured.

func (t *table) knownDeviations(report Report) {
	first := true
	for _, entry := range report.Results {
		if entry.Verdict != requirement.KnownDeviation {
			continue
		}
		if first {
			first = false
			t.line("")
			t.line(t.paint(colours[requirement.KnownDeviation], string(requirement.KnownDeviation)) + "  " +
				plural(report.Summary.KnownDeviation, "requirement"))
		}
		t.line("")
		t.line(fmt.Sprintf("  %s  %s", t.paint(bold, printable(entry.Requirement)), entry.Level))
		t.deviation(entry)
		t.field("expected", entry.Expected)
		t.field("seen", entry.Seen)
		if entry.History != "" {
			t.line("  history   " + t.path(entry.History) + events(entry.Evidence))
		}
	}
}

func (t *table) outcomes(report Report) {
	var entries []Entry
	for _, entry := range report.Results {
		if entry.Outcome != "" && entry.Verdict == requirement.Conformant {
			entries = append(entries, entry)
		}
	}
	if len(entries) == 0 {
		return
	}
	t.line("")
	t.line("permitted outcomes, as seen  " + plural(len(entries), "requirement"))
	longest := longestID(entries)
	for _, entry := range entries {
		t.line(t.fit(fmt.Sprintf("    %-*s  %s", longest, printable(entry.Requirement), oneLine(printable(entry.Outcome)))))
	}
}

func (t *table) measurements(report Report) {
	if len(report.Measurements) > 0 {
		names := slices.Sorted(maps.Keys(report.Measurements))
		longest := len("measured, in seconds")
		for _, name := range names {
			longest = max(longest, utf8.RuneCountInString(name)+2)
		}
		t.line("")
		t.line(fmt.Sprintf("%-*s %6s %7s %7s %7s %7s  %s", longest, "measured, in seconds", "count", "min", "median", "p90", "max", "error"))
		for _, name := range names {
			m := report.Measurements[name]
			t.line(fmt.Sprintf("%-*s %6d %7.3f %7.3f %7.3f %7.3f  ±%.3f", longest, "  "+printable(name), m.Count, m.Min, m.Median, m.P90, m.Max, m.Error))
		}
	}
	if w := report.Weight; w != nil {
		text := fmt.Sprintf("weight: %s, %.1f a second for each running scenario; %s",
			plural(w.Requests, "API request"), w.RequestsPerSecond, plural(w.Pods, "pod"))
		if w.PeakRSS > 0 {
			text += fmt.Sprintf("; %d MiB", w.PeakRSS>>20)
		}
		t.line("")
		for _, line := range wrap(text, t.width) {
			t.line(line)
		}
	}
}

func (t *table) notRun(report Report) {
	byReason := map[string][]Entry{}
	var reasons []string
	for _, entry := range report.Results {
		if entry.Verdict != requirement.NotRun {
			continue
		}
		if byReason[entry.Reason] == nil {
			reasons = append(reasons, entry.Reason)
		}
		byReason[entry.Reason] = append(byReason[entry.Reason], entry)
	}
	for _, reason := range reasons {
		entries := byReason[reason]
		t.line("")
		t.line(t.paint(colours[requirement.NotRun], string(requirement.NotRun)) + "  " + plural(len(entries), "requirement"))
		t.field("", reason)
		longest := longestID(entries)
		for _, entry := range entries {
			t.line(t.fit("    " + printable(fmt.Sprintf("%-*s  %-8s  %s", longest, entry.Requirement, entry.Level, oneLine(entry.Sentence)))))
		}
	}
}

func (t *table) notApplicable(report Report) {
	var entries []Entry
	for _, entry := range report.Results {
		if entry.Verdict == requirement.NotApplicable {
			entries = append(entries, entry)
		}
	}
	if len(entries) == 0 {
		return
	}
	t.line("")
	t.line(t.paint(colours[requirement.NotApplicable], string(requirement.NotApplicable)) + "  " + plural(len(entries), "requirement"))
	longest := longestID(entries)
	for _, entry := range entries {
		reason := cmp.Or(oneLine(printable(entry.Reason)), "no reason was given")
		t.line(t.fit(fmt.Sprintf("    %-*s  %s", longest, printable(entry.Requirement), reason)))
	}
}

func longestID(entries []Entry) int {
	longest := 0
	for _, entry := range entries {
		longest = max(longest, utf8.RuneCountInString(entry.Requirement))
	}
	return longest
}
