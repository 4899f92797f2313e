package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// judgement is what hookcheck said of a fake.
type judgement struct {
	fake   fake
	report reports.Report
}

// text tells the verdicts on each fake, and which requirements all of them meet.
func text(judged []judgement) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("| node | conformant | red | other | s |\n|---|---|---|---|---|")
	for _, j := range judged {
		s := j.report.Summary
		conformant := s.Count(requirement.Conformant)
		line("| %s: %s | %d | %d | %d | %.0f |", j.fake.name, j.fake.what, conformant, s.Red(), s.Total()-conformant-s.Red(), j.report.Run.Seconds)
	}
	areas, byArea := everywhere(judged)
	n := 0
	for _, ids := range byArea {
		n += len(ids)
	}
	line("\n%d requirements are conformant on all of them: the API answers them alone.\n", n)
	for _, area := range areas {
		line("- %s (%d): `%s`", area, len(byArea[area]), strings.Join(byArea[area], "`, `"))
	}
	for _, j := range judged {
		if more := besides(j, byArea); len(more) > 0 {
			line("\nBesides, on %s (%d): `%s`.", j.fake.name, len(more), strings.Join(more, "`, `"))
		}
	}
	line("\nOther is mostly inconclusive: where a container is said to have run and left no journal, the record is not whole.")
	return b.String()
}

// everywhere returns, by area, the requirements that are conformant in all reports; areas in the order of the report.
func everywhere(judged []judgement) (areas []string, byArea map[string][]string) {
	byArea = map[string][]string{}
	count := map[string]int{}
	for _, j := range judged {
		for _, e := range j.report.Results {
			if e.Verdict != requirement.Conformant {
				continue
			}
			count[e.Requirement]++
			if count[e.Requirement] == len(judged) {
				if !slices.Contains(areas, e.Area) {
					areas = append(areas, e.Area)
				}
				byArea[e.Area] = append(byArea[e.Area], e.Requirement)
			}
		}
	}
	return areas, byArea
}

// besides returns what is conformant on this fake and not on all.
func besides(j judgement, everywhere map[string][]string) []string {
	var ids []string
	for _, e := range j.report.Results {
		if e.Verdict == requirement.Conformant && !slices.Contains(everywhere[e.Area], e.Requirement) {
			ids = append(ids, e.Requirement)
		}
	}
	return ids
}
