package reports

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// windowLines caps a timeline in the table; the history has the whole.
const windowLines = 40

// TableOptions say how the table is laid out.
type TableOptions struct {
	// Width is that of the terminal, in columns; below 80 counts as 80. 0 is no
	// terminal: text is wrapped at 100 and nothing is cut.
	Width int
	// Colour is the caller's choice; see UseColour.
	Colour bool
	// Dir is the artifacts directory, before every path that is printed.
	Dir string
}

// WriteTable prints what a run found: the verdicts counted by area; the known
// deviations with their evidence; which of several permitted outcomes were seen; what does not apply
// and why; how long things took, and what the run cost; what the platform rewrote; what did not run;
// the findings, as [WriteFindings] does; and, last, the verdict on the whole in one line. What
// somebody should look at stands at the end, where a terminal and the tail of a log show it.
func WriteTable(w io.Writer, report Report, options TableOptions) error {
	t := newTable(options)
	none := report.Run.Error != "" && report.Summary.Count(requirement.NotRun) == report.Summary.Total()
	if !none {
		t.counts(report)
	}
	t.knownDeviations(report)
	t.outcomes(report)
	t.notApplicable(report)
	t.measurements(report)
	t.rewritten(report.Rewritten)
	if !none { // else the one reason is the error, below
		t.notRun(report)
	}
	t.findings(report)
	if report.Run.Error != "" {
		if t.text.Len() > 0 {
			t.line("")
		}
		t.line(t.paint(red, report.Run.failed()))
		for line := range strings.SplitSeq(strings.TrimSpace(printable(report.Run.Error)), "\n") {
			t.line("  " + line)
		}
	}
	t.line("")
	t.line(t.verdict(report))
	_, err := io.WriteString(w, t.text.String())
	return err
}

// WriteFindings prints every requirement that is inconclusive, passed unexpectedly or is violated, the
// violated ones last, each with what there is to know about it.
func WriteFindings(w io.Writer, report Report, options TableOptions) error {
	t := newTable(options)
	t.findings(report)
	_, err := io.WriteString(w, t.text.String())
	return err
}

type table struct {
	text   strings.Builder
	dir    string
	colour bool
	width  int // where text wraps
	limit  int // where a line that may not wrap is cut; 0 = nowhere
}

func newTable(options TableOptions) *table {
	t := &table{dir: options.Dir, colour: options.Colour, width: 100}
	if options.Width > 0 {
		t.width = max(options.Width, minWidth)
		t.limit = t.width
	}
	return t
}

func (t *table) line(s string) { t.text.WriteString(strings.TrimRight(s, " ") + "\n") }

// shownVerdicts are the verdicts that counts prints: the first two always, the others
// where there are any.
func shownVerdicts(s Summary) []requirement.Verdict {
	var shown []requirement.Verdict
	for i, v := range displayOrder {
		if i < 2 || s.Count(v) > 0 {
			shown = append(shown, v)
		}
	}
	return shown
}

// counts prints one row an area and one column a verdict; where that is too wide
// for the terminal, each row in words.
func (t *table) counts(report Report) {
	var areas []string
	byArea := map[string]*Summary{}
	longest := len("total")
	for _, entry := range report.Results {
		if byArea[entry.Area] == nil {
			byArea[entry.Area] = &Summary{}
			areas = append(areas, entry.Area)
			longest = max(longest, utf8.RuneCountInString(entry.Area))
		}
		byArea[entry.Area].Add(entry.Verdict)
	}
	slices.Sort(areas)

	shown := shownVerdicts(report.Summary)
	width := longest
	for _, v := range shown {
		width += 2 + len(v)
	}
	if t.limit > 0 && width > t.limit {
		for _, area := range areas {
			t.beside(area, longest, verdicts(*byArea[area]))
		}
		t.beside("total", longest, verdicts(report.Summary))
		return
	}

	row := func(name string, cell func(v requirement.Verdict) string) {
		var b strings.Builder
		fmt.Fprintf(&b, "%-*s", longest, printable(name))
		for _, v := range shown {
			b.WriteString("  " + cell(v))
		}
		t.line(b.String())
	}
	count := func(s Summary) func(v requirement.Verdict) string {
		return func(v requirement.Verdict) string {
			n := s.Count(v)
			if n == 0 {
				return fmt.Sprintf("%*s", len(v), "-")
			}
			return t.paint(colours[v], fmt.Sprintf("%*s", len(v), strconv.Itoa(n)))
		}
	}
	row("area", func(v requirement.Verdict) string { return string(v) })
	for _, area := range areas {
		row(area, count(*byArea[area]))
	}
	row("total", count(report.Summary))
}

// beside prints a text beside a name, wrapped under itself.
func (t *table) beside(name string, width int, text string) {
	for _, line := range wrap(printable(text), t.width-width-2) {
		t.line(fmt.Sprintf("%-*s  %s", width, printable(name), line))
		name = ""
	}
}

func (t *table) findings(report Report) {
	for _, v := range []requirement.Verdict{requirement.Inconclusive, requirement.UnexpectedPass, requirement.NonConformant} {
		for _, entry := range report.Results {
			if entry.Verdict == v {
				t.finding(entry)
			}
		}
	}
}

// finding prints one requirement that somebody should look at.
func (t *table) finding(entry Entry) {
	t.line("")
	t.line(fmt.Sprintf("%s  %s  %s", t.paint(colours[entry.Verdict], string(entry.Verdict)), t.paint(bold, printable(entry.Requirement)), entry.Level))
	t.field("", oneLine(entry.Sentence))
	t.field("reason", entry.Reason)
	t.field("expected", entry.Expected)
	t.field("seen", entry.Seen)
	t.field("outcome", entry.Outcome)
	t.field("note", entry.Note)
	t.deviation(entry)
	if window := strings.Trim(printable(entry.Window), "\n"); window != "" {
		t.line("")
		lines := strings.Split(window, "\n")
		for _, line := range lines[:min(len(lines), windowLines)] {
			t.line("      " + line)
		}
		if more := len(lines) - windowLines; more > 0 {
			t.line("      … " + plural(more, "more line") + " in the history")
		}
		t.line("")
	}
	if entry.History != "" {
		t.line("  history   " + t.path(entry.History))
	}
}

// deviation prints what the catalogue says of one.
func (t *table) deviation(entry Entry) {
	d := entry.Deviation
	if d == nil {
		return
	}
	t.field("docs", d.Documented)
	t.field("actual", d.Actual)
	t.field("issue", d.Issue)
}

// knownDeviations prints what was violated as the catalogue says it is.
// events names events of a history by their numbers.
func events(numbers []int) string {
	if len(numbers) == 0 {
		return ""
	}
	if len(numbers) == 1 {
		return fmt.Sprintf(" (event %d)", numbers[0])
	}
	var texts []string
	for _, n := range numbers[:min(len(numbers), 6)] {
		texts = append(texts, strconv.Itoa(n))
	}
	if len(numbers) > 6 {
		texts = append(texts, "…")
	}
	return " (events " + strings.Join(texts, ", ") + ")"
}

// outcomes prints which of several permitted outcomes were seen.
// measurements prints how long things took, and what the run cost.
// field prints a labelled text, wrapped under itself.
func (t *table) field(label, text string) {
	indent := "  "
	if label != "" {
		indent = fmt.Sprintf("  %-8s  ", label)
	}
	for _, line := range wrap(printable(text), t.width-len(indent)) {
		t.line(indent + line)
		indent = strings.Repeat(" ", len(indent))
	}
}

// notRun prints those that did not run under their reasons: mostly all have the
// same one.
// fit cuts a line that may take only one, where there is a limit.
func (t *table) fit(line string) string {
	if t.limit == 0 {
		return line
	}
	return cut(line, t.limit)
}

func (t *table) path(name string) string { return printable(filepath.Join(t.dir, name)) }

// The colours: SGR parameters of ECMA-48.
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
	dim    = "2"
)

var colours = map[requirement.Verdict]string{
	requirement.Conformant:     green,
	requirement.NonConformant:  red,
	requirement.UnexpectedPass: red,
	requirement.Inconclusive:   yellow,
	requirement.NotRun:         yellow,
	requirement.KnownDeviation: cyan,
	requirement.NotApplicable:  dim,
}

func (t *table) paint(colour, s string) string {
	if !t.colour {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}
