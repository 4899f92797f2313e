package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hookcheck/hookcheck/reports"
)

// The measures of a timeline, in the units of its viewBox.
const (
	pictureWidth = 1000
	labelWidth   = 210 // the column of lane names
	rowHeight    = 15
	markBase     = 10 // of labels; the style sheet knows the height of marks
	axisHeight   = 18
	leastMark    = 2.5 // the width of what has none
	letterWidth  = 6.3 // of the font of labels
	timeWidth    = pictureWidth - labelWidth
	labelLetters = 30 // that fit into the column
)

// A picture is being drawn.
type picture struct {
	text      strings.Builder
	low, span float64 // seconds
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.text, format, args...) }

// x is where a time is.
func (p *picture) x(at float64) float64 {
	return labelWidth + (min(max(at, p.low), p.low+p.span)-p.low)/p.span*timeWidth
}

// svg draws a timeline with the windows of the requirements that were judged from
// it: each has a row of its own, and a band over all lanes.
func svg(scenario string, t timeline, entries []reports.Entry) template.HTML {
	p := &picture{low: t.low, span: t.high - t.low}
	var windows []reports.Entry
	for _, e := range entries {
		if e.Span != nil {
			windows = append(windows, e)
		}
	}
	rows := len(t.lanes)
	if len(windows) > 0 {
		rows += len(windows) + 1
	}
	height := axisHeight + rows*rowHeight + 2
	p.printf(`<svg class=t viewBox="0 0 %d %d" role=img aria-label="%s">`, pictureWidth, height, escape("timeline of "+scenario+"; the table below it says the same"))
	p.axis(height)
	for _, e := range windows {
		x, width := p.extent(e.Span.From, e.Span.To)
		p.printf(`<rect id="w-%s" class="band %s" x=%s y=%d width=%s height=%d />`, escape(e.Requirement), verdictClass(e.Verdict), number(x), axisHeight, number(width), height-axisHeight)
	}
	row := 0
	if len(windows) > 0 {
		p.row(row, "decided from", true)
		row++
	}
	for _, e := range windows {
		p.row(row, e.Requirement, false)
		p.mark(mark{from: e.Span.From, to: e.Span.To, class: "rq " + verdictClass(e.Verdict), text: e.Requirement + ": " + string(e.Verdict)})
		p.printf("</g>")
		row++
	}
	for _, l := range t.lanes {
		p.row(row, l.name, len(l.marks) == 0)
		row++
		if len(l.marks) == 0 {
			continue
		}
		for _, m := range l.marks {
			p.mark(m)
		}
		p.printf("</g>")
	}
	p.printf("</svg>")
	return template.HTML(p.text.String()) // every text in it went through escape
}

// row begins a lane, or is a heading.
func (p *picture) row(n int, name string, heading bool) {
	y := axisHeight + n*rowHeight
	if heading {
		p.printf(`<text class=h y=%d>%s</text>`, y+markBase+1, escape(name))
		return
	}
	p.printf(`<g transform="translate(0 %d)"><text x=8 y=%d>%s</text>`, y, markBase, escape(squeeze(name, labelLetters)))
}

// mark draws a mark at the height of its row. Its own height, which all share, is in
// the style sheet.
func (p *picture) mark(m mark) {
	x, width := p.extent(m.from, m.to)
	class := m.class
	if strings.Contains(class, " ") {
		class = `"` + class + `"`
	}
	p.printf(`<rect class=%s x=%s width=%s><title>%s %s</title></rect>`, class, number(x), number(width), when(m), escape(shorten(m.text, titleLimit)))
	if slices.Contains(labelled, m.class) && width > 5*letterWidth {
		p.printf(`<text class=i x=%s y=%d>%s</text>`, number(x+3), markBase, fit(m.text, width-6))
	}
}

// titleLimit caps what is shown on hover, in runes. The table has the whole.
const titleLimit = 110

// labelled are the classes whose marks bear their text, where there is room.
var labelled = []string{classPhase, classDelete, classHook, classHook + " " + classBad, classState, classWaiting, classStep, classWait, classReady}

// extent is where an interval is drawn. What is narrower than a hair is a hair.
func (p *picture) extent(from, to float64) (x, width float64) {
	x = p.x(from)
	width = p.x(to) - x
	if width < leastMark {
		x = min(max(x-(leastMark-width)/2, labelWidth), pictureWidth-leastMark)
		width = leastMark
	}
	return x, width
}

// axis draws the seconds.
func (p *picture) axis(height int) {
	step := niceStep(p.span / 8)
	path := ""
	for at := math.Ceil(p.low/step) * step; at <= p.low+p.span; at += step {
		x := number(p.x(at))
		path += fmt.Sprintf("M%s %dV%d", x, axisHeight-4, height)
		class := "a"
		if p.x(at) > pictureWidth-axisHeight {
			class = `"a r"` // there is no room on its right
		}
		p.printf(`<text class=%s x=%s y=11>%s s</text>`, class, x, strconv.FormatFloat(at+0, 'g', 4, 64))
	}
	p.printf(`<path class=a d="%s"/>`, path)
}

// niceStep is the least of 1, 2, 5, 10, … times a power of ten that is not less.
func niceStep(least float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, n := range []float64{1, 2, 5} {
		if n*power >= least {
			return n * power
		}
	}
	return 10 * power
}

// when says the time of a mark: one where it is exact to the millisecond.
func when(m mark) string {
	if m.to-m.from < 0.001 {
		return fmt.Sprintf("%+.3f s", m.from)
	}
	return fmt.Sprintf("%+.3f to %+.3f s", m.from, m.to)
}

// number is a coordinate: a tenth of a unit is less than a pixel.
func number(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

// fit is a text that has no more room than width, escaped.
func fit(s string, width float64) string { return escape(shorten(s, int(width/letterWidth))) }

// squeeze returns s in at most limit runes, without its middle: the ends of names
// tell most.
func squeeze(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	head := limit / 2
	return string(runes[:head]) + "…" + string(runes[len(runes)-(limit-head-1):])
}

// shorten returns s in at most limit runes.
func shorten(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:max(0, limit-1)]) + "…"
}

// escape makes text of HTML of any text, also of what a pod said of itself.
func escape(s string) string { return template.HTMLEscapeString(s) }
