package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Section is one list of a comparison.
type Section struct {
	Title   string
	Changes []Change
	colour  string
}

// newFailures is the title of the list that matters most.
const newFailures = "new failures"

// Sections are the lists that have something in them.
func (c Comparison) Sections() []Section {
	coverage := "coverage differs"
	if c.Lost > 0 {
		coverage += ", B lacks " + plural(c.Lost, "verdict") + " that A has"
	}
	all := []Section{{newFailures, c.NewFailures, red}, {"fixed", c.Fixed, green}, {"another verdict", c.Changed, yellow}, {coverage, c.Coverage, yellow}}
	return slices.DeleteFunc(all, func(s Section) bool { return len(s.Changes) == 0 })
}

// Split takes those out that one of the runs did not select: there may be hundreds,
// and there is nothing to say of each but its name.
func (s Section) Split() (told []Change, onlyA, onlyB []string) {
	for _, c := range s.Changes {
		switch {
		case c.B == "":
			onlyA = append(onlyA, c.Requirement)
		case c.A == "" && s.Title != newFailures:
			onlyB = append(onlyB, c.Requirement)
		default:
			told = append(told, c)
		}
	}
	return told, onlyA, onlyB
}

// someNames caps a list of names; JSON has the whole.
const someNames = 20

// names is a list of requirements that only one run selected, or "".
func names(run string, ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	text := fmt.Sprintf("only %s selected %s: %s", run, plural(len(ids), "requirement"), strings.Join(ids[:min(len(ids), someNames)], ", "))
	if more := len(ids) - someNames; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// WriteComparison prints what differs, and last the whole in a line.
func WriteComparison(w io.Writer, c Comparison, options TableOptions) error {
	t := newTable(options)
	for _, s := range []struct {
		name string
		Side
	}{{"A", c.A}, {"B", c.B}} {
		t.line(printable(fmt.Sprintf("%s  %s: %s, %s", s.name, s.Run, s.Outcome, plural(s.Results, "requirement"))))
	}
	for _, d := range c.Identity {
		t.line(printable(fmt.Sprintf("    %s: %s → %s", d.What, fact(d.A), fact(d.B))))
	}
	for _, s := range c.Sections() {
		t.line("\n" + t.paint(s.colour, s.Title) + fmt.Sprintf("  %d", len(s.Changes)))
		told, onlyA, onlyB := s.Split()
		for _, change := range told {
			t.line(fmt.Sprintf("  %s  %s  %s", change.Requirement, change.Level, change.verdicts()))
			for _, line := range wrap(printable(cut(change.Why, messageLimit)), t.width-6) {
				t.line("      " + line)
			}
		}
		for _, text := range []string{names("A", onlyA), names("B", onlyB)} {
			if text != "" {
				t.field("", text)
			}
		}
	}
	if len(c.Shifts) > 0 {
		t.line("\n" + t.paint(yellow, "measured") + fmt.Sprintf("  %d of %d medians moved by more than their error", len(c.Shifts), c.Measured))
		for _, s := range c.Shifts {
			t.line(printable("  " + s.Name + "  " + s.text()))
		}
	}
	t.line("\n" + c.Sentence())
	_, err := io.WriteString(w, t.text.String())
	return err
}

// ComparisonMarkdown returns a comparison for a CI job's page or a pull request.
func ComparisonMarkdown(c Comparison) []byte {
	m := &markdown{}
	sign := map[int]string{ExitConformant: "✅", ExitNonConformant: "❌"}[c.ExitCode]
	if sign == "" {
		sign = "⚠️"
	}
	m.linef("## %s hookcheck: two runs compared\n\n**%s**\n", sign, markdownText(c.Sentence()))
	m.linef("| | A | B |\n|---|---|---|")
	m.linef("| run | %s | %s |", markdownText(c.A.Run), markdownText(c.B.Run))
	m.linef("| outcome | %s | %s |", c.A.Outcome, c.B.Outcome)
	m.linef("| requirements | %d | %d |", c.A.Results, c.B.Results)
	for _, d := range c.Identity {
		m.linef("| %s | %s | %s |", d.What, markdownText(fact(d.A)), markdownText(fact(d.B)))
	}
	m.linef("")
	for _, s := range c.Sections() {
		m.linef("### %s (%d)\n", strings.ToUpper(s.Title[:1])+s.Title[1:], len(s.Changes))
		told, onlyA, onlyB := s.Split()
		for _, text := range []string{names("A", onlyA), names("B", onlyB)} {
			if text != "" {
				m.linef("%s\n", markdownText(text))
			}
		}
		if len(told) > 0 {
			m.linef("| requirement | level | A | B | |\n|---|---|---|---|---|")
		}
		for _, change := range told {
			m.linef("| `%s` | %s | %s | %s | %s |", change.Requirement, change.Level, orNone(string(change.A)), orNone(string(change.B)), markdownText(cut(change.Why, messageLimit)))
		}
		m.linef("")
	}
	if len(c.Shifts) > 0 {
		m.linef("### Measured: %d of %d medians moved by more than their error\n\n| | |\n|---|---|", len(c.Shifts), c.Measured)
		for _, s := range c.Shifts {
			m.linef("| %s | %s |", markdownText(s.Name), s.text())
		}
	}
	return []byte(m.text.String())
}

// Sentence says in one line how B stands to A.
func (c Comparison) Sentence() string {
	verdict := "no new failures"
	if n := len(c.NewFailures); n > 0 {
		verdict = plural(n, "new failure")
	}
	parts := []string{verdict}
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(c.Lost, "without a verdict that A has")
	add(len(c.Fixed), "fixed")
	add(len(c.Changed), "with another verdict")
	add(c.StillRed, "red as before")
	add(c.Same, "the same")
	parts = append(parts, fmt.Sprintf("%d of %d measured medians moved", len(c.Shifts), c.Measured))
	return "B has " + strings.Join(parts, ", ")
}

func (c Change) verdicts() string {
	text := orNone(string(c.A)) + " → " + orNone(string(c.B))
	if c.Reworded {
		text += " (the sentence is another)"
	}
	return text
}

// text is a shift for people: to the millisecond.
func (s Shift) text() string {
	return fmt.Sprintf("%.3f s → %.3f s (%+.3f s, where ±%.3f s could be chance; %d and %d samples)", s.A.Median, s.B.Median, s.By, s.Error, s.A.Count, s.B.Count)
}

// fact is a fact of a run, in short: a selection may name hundreds of requirements.
func fact(s string) string { return cut(orNone(s), 50) }

func orNone(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
