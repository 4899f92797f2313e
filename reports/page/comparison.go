package page

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

//go:embed comparison.html.tmpl
var comparisonLayout string

var comparisonTemplate = template.Must(template.New("comparison.html").Funcs(template.FuncMap{
	"class": sideClass, "verdict": sideVerdict,
}).Parse(comparisonLayout))

// compared is what the template of a comparison shows.
type compared struct {
	CSS          template.CSS
	Policy       string
	Comparison   reports.Comparison
	VerdictClass string
	Facts        []pair
	Sections     []comparedSection
	Shifts       []measured
}

type comparedSection struct {
	Title        string
	Count        int
	Open         bool
	Changes      []reports.Change
	OnlyA, OnlyB []string
}

// RenderComparison makes the page of a comparison: one file, in the style of the page
// of a run, that needs neither network nor JavaScript.
func RenderComparison(c reports.Comparison) ([]byte, error) {
	v := compared{Comparison: c, VerdictClass: "v-ok"}
	v.CSS, _ = embedded(css, "")
	v.Policy = fmt.Sprintf("default-src 'none'; style-src %s; base-uri 'none'; form-action 'none'", hash(css))
	switch c.ExitCode {
	case reports.ExitNonConformant:
		v.VerdictClass = "v-bad"
	case reports.ExitInconclusive:
		v.VerdictClass = "v-warn"
	}
	for _, side := range []struct {
		name string
		reports.Side
	}{{"A", c.A}, {"B", c.B}} {
		v.Facts = append(v.Facts, pair{side.name, fmt.Sprintf("%s: %s, %d requirements", side.Run, side.Outcome, side.Results)})
	}
	for _, d := range c.Identity {
		v.Facts = append(v.Facts, pair{d.What, none(d.A) + " → " + none(d.B)})
	}
	for i, s := range c.Sections() {
		section := comparedSection{Title: strings.ToUpper(s.Title[:1]) + s.Title[1:], Count: len(s.Changes), Open: i == 0 && len(c.NewFailures) > 0}
		section.Changes, section.OnlyA, section.OnlyB = s.Split()
		v.Sections = append(v.Sections, section)
	}
	for _, s := range c.Shifts {
		later := "later"
		if s.By < 0 {
			later = "sooner"
		}
		v.Shifts = append(v.Shifts, measured{Name: s.Name, Title: fmt.Sprintf("%s %s, where ±%s could be chance",
			strings.TrimPrefix(duration(s.By), "-"), later, duration(s.Error)),
			Text: fmt.Sprintf("A: %s. B: %s.", describe(s.A), describe(s.B)), Picture: spans(s)})
	}
	var b strings.Builder
	if err := comparisonTemplate.Execute(&b, v); err != nil {
		return nil, err
	}
	return []byte(clean(b.String())), nil
}

// spans draws both sides of a shift on one axis, A above.
func spans(s reports.Shift) template.HTML {
	low, high := min(s.A.Min, s.B.Min), max(s.A.Max, s.B.Max)
	x := func(v float64) float64 {
		return chartMargin + (v-low)/max(high-low, 1e-9)*(chartWidth-2*chartMargin)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class=d viewBox="0 40 %d 70" role=img aria-label="%s">`, chartWidth, escape("A and B of "+s.Name))
	for _, side := range []struct {
		name  string
		class string
		y     int
		of    requirement.Measurement
	}{{"A", "c", 50, s.A}, {"B", "c n", 70, s.B}} {
		fmt.Fprintf(&b, `<rect class="%s" x=%s y=%d width=%s height=12><title>%s: least to 90 %%</title></rect>`, side.class,
			number(x(side.of.Min)), side.y, number(max(x(side.of.P90)-x(side.of.Min), leastMark)), side.name)
		fmt.Fprintf(&b, `<path class=z d="M%s %dv18"/>`, number(x(side.of.Median)), side.y-3)
	}
	ends(&b, low, high)
	return template.HTML(b.String())
}

// sideVerdict is a verdict of one of two runs, sideClass its colour.
func sideVerdict(v requirement.Verdict) string {
	if v == "" {
		return "not selected"
	}
	return string(v)
}

func sideClass(v requirement.Verdict) string {
	if v == "" {
		return verdictClass(requirement.NotApplicable)
	}
	return verdictClass(v)
}

func none(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
