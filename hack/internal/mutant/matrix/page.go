package matrix

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Page writes the matrix as a page of Markdown.
func (m *Matrix) Page() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }

	line("# Mutants: what the suite catches\n")
	line("Written by `%s` on %s, Kubernetes %s, in %.0f minutes. How to read and extend it: [hack/mutants](../hack/mutants/README.md).\n",
		strings.Join(m.Command, " "), m.Started.Format("2006-01-02"), m.Kubernetes, m.Seconds/60)
	if m.Note != "" {
		line("%s\n", m.Note)
	}
	for i, s := range m.Stock {
		line("- Run %d with no mutant active: %d conformant%s; %.0f s.", i+1, s.Conformant, others(s), s.Seconds)
	}
	line("- **%d of %d mutants killed**; %d survived, %d unclear.", m.Count(Killed), m.Tried(), m.Count(Survived), m.Count(Unclear))
	line("- %d are equivalent, and %d were not tried: below, with the reasons.", m.Count(Equivalent), m.Count(NotTried))
	line("- %d of %d requirements have been turned red by a mutant.\n", m.canTurnRed()-len(m.Untouched()), m.canTurnRed())

	m.section(&b, "Not killed", func(x Mutant) bool { return x.Outcome == Survived || x.Outcome == Unclear })
	m.section(&b, "Controls", func(x Mutant) bool { return x.Role != "" })
	for _, component := range m.components() {
		m.section(&b, component, func(x Mutant) bool { return x.Role == "" && x.Outcome == Killed && x.Component == component })
	}
	m.section(&b, "Equivalent", func(x Mutant) bool { return x.Role == "" && x.Outcome == Equivalent })
	m.section(&b, "Not tried", func(x Mutant) bool { return x.Role == "" && x.Outcome == NotTried })

	line("## Requirements that no mutant has turned red\n")
	for _, level := range requirement.Levels {
		var ids []string
		for _, r := range m.Untouched() {
			if r.Level == level {
				ids = append(ids, "`"+r.ID+"`")
			}
		}
		if len(ids) > 0 {
			line("- %s (%d): %s", level, len(ids), strings.Join(ids, ", "))
		}
	}
	return b.String()
}

func (m *Matrix) canTurnRed() (n int) {
	for _, r := range m.Requirements {
		if r.canTurnRed() {
			n++
		}
	}
	return n
}

func others(s Stock) string {
	var text strings.Builder
	for _, v := range requirement.Verdicts {
		if n := s.Others[v]; n > 0 {
			fmt.Fprintf(&text, ", %d %s", n, v)
		}
	}
	return text.String()
}

func (m *Matrix) components() (all []string) {
	for _, x := range m.Mutants {
		if !slices.Contains(all, x.Component) {
			all = append(all, x.Component)
		}
	}
	return all
}

// shown is how many killers stand in the page; the JSON has all.
const shown = 3

// section writes a table of the mutants that belong to it, or nothing where there are none.
func (m *Matrix) section(b *strings.Builder, title string, belongs func(Mutant) bool) {
	head := false
	for _, x := range m.Mutants {
		if !belongs(x) {
			continue
		}
		if !head {
			head = true
			fmt.Fprintf(b, "## %s\n\n| mutant | breaks | what came of it |\n|---|---|---|\n", title)
		}
		id := x.ID
		if strings.HasPrefix(x.History, "https://") {
			id = "[" + id + "](" + x.History + ")"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", id, cell(x.Breaks), cell(x.came()))
	}
	if head {
		b.WriteString("\n")
	}
}

// came says what came of a mutant.
func (x Mutant) came() string {
	switch x.Outcome {
	case Killed:
		text := "`" + strings.Join(x.KilledBy[:min(shown, len(x.KilledBy))], "` `") + "`"
		if more := len(x.Red) - min(shown, len(x.KilledBy)); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		if x.Contested != "" {
			text += "; contested: " + x.Contested
		}
		return text
	case Holds:
		if len(x.Passed) > 0 {
			return "holds: unexpected pass of `" + strings.Join(x.Passed, "` `") + "`"
		}
		return fmt.Sprintf("holds: none of %d requirements red", x.Judged)
	}
	text := string(x.Outcome)
	if x.Reason != "" {
		text += ": " + x.Reason
	}
	return text
}

// cell makes text fit for a cell of a table.
func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}
