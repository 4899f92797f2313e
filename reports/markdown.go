package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

const (
	// markdownFindings caps how many requirements are told at length: a job page of
	// GitHub takes 1 MiB, and the whole catalogue may fail.
	markdownFindings = 100
	// markdownField and markdownWindow cap a text and a timeline, in bytes.
	markdownField  = 1 << 10
	markdownWindow = 4 << 10
)

// Markdown returns the report as summary.md: what a CI job's page shows
// (`cat summary.md >>"$GITHUB_STEP_SUMMARY"`), a merge request, a chat. It has the
// verdict, what was judged, the counts by area, what is not as it should be with its
// evidence, and the known deviations. report.json has the rest.
func Markdown(report Report) []byte {
	m := &markdown{}
	m.head(report)
	m.areas(report)
	m.findings(report)
	if report.Run.Error == "" { // else the one reason is the error
		m.list(report, requirement.NotRun, "Not run", func(e Entry) string { return e.Reason })
	}
	m.list(report, requirement.KnownDeviation, "Known deviations", deviates)
	m.list(report, requirement.NotApplicable, "Not applicable", func(e Entry) string { return e.Reason })
	return []byte(m.text.String())
}

type markdown struct{ text strings.Builder }

func (m *markdown) linef(format string, args ...any) { fmt.Fprintf(&m.text, format+"\n", args...) }

func (m *markdown) head(report Report) {
	sign := map[Outcome]string{Conformant: "✅", NonConformant: "❌"}[report.Outcome]
	if sign == "" {
		sign = "⚠️"
	}
	verdict := strings.TrimSuffix(newTable(TableOptions{}).verdict(report), "; "+JUnitFile+" "+ReportFile)
	m.linef("## %s hookcheck: lifecycle hooks\n\n**%s**\n", sign, markdownText(verdict))
	if report.Run.Error != "" {
		failed := report.Run.failed()
		m.linef("%s:\n\n%s\n", strings.ToUpper(failed[:1])+failed[1:], fenced(printable(report.Run.Error)))
	}
	m.linef("| | |\n|---|---|")
	row := func(what, text string) {
		if strings.TrimSpace(text) != "" {
			m.linef("| %s | %s |", what, markdownText(text))
		}
	}
	row("Kubernetes", report.Cluster.ServerVersion)
	row("context", report.Cluster.Context)
	for _, n := range report.Cluster.Nodes {
		facts := []string{"kubelet " + n.KubeletVersion, n.ContainerRuntimeVersion, n.OSImage, n.KernelVersion, n.Architecture}
		facts = slices.DeleteFunc(facts, func(fact string) bool { return fact == "" }) // of a killed run not all are known
		row("node "+markdownText(n.Name), strings.Join(facts, ", "))
	}
	row("run", fmt.Sprintf("%s, began %s", report.Run.ID, timestamp(report.Run.Started)))
	for _, r := range report.Run.Resumed {
		row("resumed", r.String())
	}
	row("hookcheck", report.Suite.Version)
	row("catalogue", fmt.Sprintf("%d of %d requirements, %s", report.Catalogue.Selected, report.Catalogue.Count, report.Catalogue.Digest))
	m.linef("")
}

// areas is one row an area and one column a verdict that there is.
func (m *markdown) areas(report Report) {
	if len(report.Results) == 0 {
		return
	}
	byArea := map[string]*Summary{}
	var areas []string
	for _, e := range report.Results {
		if byArea[e.Area] == nil {
			byArea[e.Area] = &Summary{}
			areas = append(areas, e.Area)
		}
		byArea[e.Area].Add(e.Verdict)
	}
	slices.Sort(areas)
	shown := shownVerdicts(report.Summary)
	names := make([]string, 0, len(shown))
	for _, v := range shown {
		names = append(names, string(v))
	}
	m.linef("| area | %s |\n|---|%s", strings.Join(names, " | "), strings.Repeat("--:|", len(shown)))
	row := func(area string, s Summary) {
		cells := make([]string, 0, len(shown))
		for _, v := range shown {
			cell := ""
			if n := s.Count(v); n > 0 {
				cell = fmt.Sprint(n)
			}
			cells = append(cells, cell)
		}
		m.linef("| %s | %s |", area, strings.Join(cells, " | "))
	}
	for _, area := range areas {
		row(markdownText(area), *byArea[area])
	}
	row("**total**", report.Summary)
	m.linef("")
}

// findings tells at length of each requirement that is red or inconclusive, the red
// ones first.
func (m *markdown) findings(report Report) {
	left := markdownFindings
	for _, v := range []requirement.Verdict{requirement.NonConformant, requirement.UnexpectedPass, requirement.Inconclusive} {
		n := report.Summary.Count(v)
		if n == 0 {
			continue
		}
		m.linef("### %s (%d)\n", strings.ToUpper(string(v[:1]))+string(v[1:]), n)
		for _, e := range report.Results {
			if e.Verdict != v {
				continue
			}
			if left == 0 {
				m.linef("… and more: see %s\n", ReportFile)
				return
			}
			left--
			m.finding(e)
		}
	}
}

func (m *markdown) finding(e Entry) {
	m.linef("**`%s`** (%s): %s\n", e.Requirement, e.Level, markdownText(e.Sentence))
	item := func(what, text string) {
		if text != "" {
			short, gone := capBytes(text, markdownField)
			m.linef("- %s: %s", what, markdownText(short+leftOut(gone, e.History)))
		}
	}
	if contradicts(e.Result) {
		item("expected", e.Expected)
		item("seen", e.Seen)
	} else {
		item("why", e.Reason)
	}
	for _, source := range e.Source {
		item("source", source)
	}
	item("judged in", fmt.Sprintf("%s:%d", e.File, e.Line))
	item("recorded in", e.History)
	if e.Window != "" {
		window, gone := capBytes(printable(e.Window), markdownWindow)
		m.linef("\n<details><summary>timeline</summary>\n\n%s\n</details>", fenced(strings.TrimRight(window, "\n")+leftOut(gone, e.History)))
	}
	m.linef("")
}

// list is a folded table of the requirements with one verdict.
func (m *markdown) list(report Report, v requirement.Verdict, title string, say func(Entry) string) {
	n := report.Summary.Count(v)
	if n == 0 {
		return
	}
	m.linef("<details><summary>%s (%d)</summary>\n\n| requirement | |\n|---|---|", title, n)
	for _, e := range report.Results {
		if e.Verdict == v {
			m.linef("| `%s` | %s |", e.Requirement, markdownText(cut(oneLine(say(e)), markdownField)))
		}
	}
	m.linef("\n</details>\n")
}

// markdownText makes one line that shows a text as it is: a pod's own words stand in
// reasons, and must not become a link, an image or HTML. Addresses stay links.
func markdownText(s string) string {
	var b strings.Builder
	for _, word := range strings.Fields(printable(s)) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if strings.HasPrefix(word, "https://") && !strings.ContainsAny(word, "|<>()[]`*\\") {
			b.WriteString(word)
			continue
		}
		for _, r := range word {
			switch r {
			case '&':
				b.WriteString("&amp;")
			case '<':
				b.WriteString("&lt;")
			case '\\', '`', '*', '_', '[', ']', '|', '#', '~', '>', '!':
				b.WriteByte('\\')
				b.WriteRune(r)
			default:
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// fenced makes a code block that its text cannot end.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + text + "\n" + fence
}
