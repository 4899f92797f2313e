package reports

import (
	"fmt"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// verdict is the last line of a run:
//
//	verdict: not conformant – 2 requirements violated (1 MUST, 1 SHOULD); 57 of
//	60 conformant, 1 inconclusive, 4 not applicable; 3m12s; out/junit.xml out/report.json
func (t *table) verdict(report Report) string {
	word, colour, parts := sentence(report)
	parts = append(parts, t.path(JUnitFile)+" "+t.path(ReportFile))
	return t.paint(colour, "verdict: "+word) + " – " + strings.Join(parts, "; ")
}

// Sentence says in one how a run ended: what stands above a report for people.
func Sentence(report Report) string {
	word, _, parts := sentence(report)
	return word + " – " + strings.Join(parts, "; ")
}

// sentence returns the outcome in words with its colour, and what there is to say
// of it.
func sentence(report Report) (word, colour string, parts []string) {
	s := report.Summary
	why := ""
	word, colour = string(report.Outcome), yellow
	switch report.Outcome {
	case Conformant:
		colour = green
	case NonConformant:
		word, colour = "not conformant", red
		why = whyRed(report)
	case Interrupted:
		why = fmt.Sprintf("stopped with %d of %s not judged", s.NotRun, plural(s.Total(), "requirement"))
		if s.Red() > 0 {
			why += ", " + whyRed(report)
		}
	case DryRun:
		why = "nothing was run"
	case Error:
		colour, why = red, report.Run.failed()
	case Inconclusive:
		switch without := s.Inconclusive + s.NotRun; {
		case without > 0:
			why = plural(without, "requirement") + " without a verdict"
		default:
			why = "nothing was judged"
		}
	}

	if why != "" {
		parts = append(parts, why)
	}
	parts = append(parts, tally(s))
	if len(report.Rewritten) > 0 {
		parts = append(parts, "the platform rewrote "+rewritten(report.Rewritten))
	}
	if c := report.Catalogue; c.Selected < c.Count {
		parts = append(parts, fmt.Sprintf("%d of the catalogue's %d selected", c.Selected, c.Count))
	}
	if of := report.Selection.RerunOf; of != "" {
		parts = append(parts, "what failed in run "+printable(of)+", once more")
	}
	if n := len(report.Run.Resumed); n > 0 {
		last := report.Run.Resumed[n-1]
		parts = append(parts, fmt.Sprintf("resumed %s after it was %s, %s kept", last.At.UTC().Format("2006-01-02 15:04:05 UTC"), last.After, plural(last.Kept, "verdict")))
	}
	if class := report.Cluster.RuntimeClass; class != "" {
		parts = append(parts, "runtime class "+printable(class))
	}
	return word, colour, append(parts, human(seconds(report.Run.Seconds)))
}

// tally counts those that apply, and then the others.
func tally(s Summary) string {
	var parts []string
	if applicable := s.Total() - s.NotApplicable; applicable > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s conformant", s.Conformant, plural(applicable, "requirement")))
	}
	for _, v := range []requirement.Verdict{requirement.Inconclusive, requirement.NotRun, requirement.KnownDeviation, requirement.NotApplicable} {
		if n := s.Count(v); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if len(parts) == 0 {
		return "no requirement was selected"
	}
	return strings.Join(parts, ", ")
}

// whyRed says what makes a run not conformant.
func whyRed(report Report) string {
	var parts []string
	if report.Summary.NonConformant > 0 {
		parts = append(parts, violated(report))
	}
	switch n := report.Summary.UnexpectedPass; {
	case n == 1:
		parts = append(parts, "1 unexpected pass")
	case n > 1:
		parts = append(parts, fmt.Sprintf("%d unexpected passes", n))
	}
	return strings.Join(parts, ", ")
}

// violated counts the violated requirements by level: a broken MUST weighs more
// than a broken SHOULD, though both are non-conformant.
func violated(report Report) string {
	byLevel := map[requirement.Level]int{}
	for _, entry := range report.Results {
		if entry.Verdict == requirement.NonConformant {
			byLevel[entry.Level]++
		}
	}
	var levels []string
	for _, level := range requirement.Levels {
		if n := byLevel[level]; n > 0 {
			levels = append(levels, fmt.Sprintf("%d %s", n, level))
		}
	}
	return fmt.Sprintf("%s violated (%s)", plural(report.Summary.NonConformant, "requirement"), strings.Join(levels, ", "))
}
