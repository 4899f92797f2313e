package page

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// measured is a measurement as the page shows it.
type measured struct {
	Name  string
	Title string
	Text  string
	// Picture is a histogram where the samples are known, else the range.
	Picture template.HTML
}

// titles say what the measurements of a run are. Others are shown by their names.
var titles = map[string]string{
	race:                    "The race of entrypoint and postStart: how much later the hook began. Left of zero the hook was first. Nothing promises an order.",
	"delete-to-prestop":     "From the request to delete until the preStop hook began.",
	"prestop-end-to-signal": "From the end of the preStop hook until the stop signal arrived.",
	"signal-to-death":       "From the stop signal until SIGKILL ended the process.",
	"delete-to-last-end":    "From the request to delete until the last container had ended.",
	"killing-to-end":        "From the Event Killing until the container ended, where its pod was not being deleted.",
}

// race is the measurement of which came first, entrypoint or postStart hook.
const race = "start-to-poststart"

func measurements(all map[string]requirement.Measurement, samples map[string][]float64) []measured {
	var list []measured
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m := measured{Name: name, Title: titles[name], Text: describe(all[name])}
		if values := samples[name]; len(values) > 1 {
			m.Picture = histogram(name, values)
			if name == race {
				m.Text = first(values) + "; " + m.Text
			}
		} else if all[name].Count > 1 {
			m.Picture = span(name, all[name])
		}
		list = append(list, m)
	}
	return list
}

// first says who won the race.
func first(leads []float64) string {
	n := 0
	for _, lead := range leads {
		if lead >= 0 {
			n++
		}
	}
	return fmt.Sprintf("the entrypoint began first in %d of %d containers", n, len(leads))
}

func describe(m requirement.Measurement) string {
	text := duration(m.Median)
	if m.Count > 1 {
		text = fmt.Sprintf("%d samples: least %s, median %s, 90 %% at most %s, most %s", m.Count, duration(m.Min), duration(m.Median), duration(m.P90), duration(m.Max))
	}
	if m.Error > 0 {
		text += ", ± " + duration(m.Error)
	}
	return text
}

// duration is a number of seconds with three digits that count.
func duration(seconds float64) string {
	switch size := math.Abs(seconds); {
	case size == 0:
		return "0 s"
	case size < 0.001:
		return fmt.Sprintf("%.3g µs", seconds*1e6)
	case size < 1:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	default:
		return fmt.Sprintf("%.3g s", seconds)
	}
}

// The measures of a distribution, in the units of its viewBox.
const (
	chartWidth  = 480
	chartHeight = 110
	chartBase   = 90 // the line that columns stand on
	chartMargin = 12
	chartBins   = 24 // at most
)

// histogram counts samples in columns of a round width.
func histogram(name string, samples []float64) template.HTML {
	low, high := slices.Min(samples), slices.Max(samples)
	step := niceStep(max(high-low, 1e-6) / chartBins)
	begin := math.Floor(low / step)
	counts := make([]int, int(math.Floor(high/step)-begin)+1)
	for _, s := range samples {
		counts[min(int(math.Floor(s/step)-begin), len(counts)-1)]++
	}
	width := float64(chartWidth-2*chartMargin) / float64(len(counts))
	most := slices.Max(counts)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class=d viewBox="0 0 %d %d" role=img aria-label="%s">`, chartWidth, chartHeight, escape("distribution of "+name))
	for i, n := range counts {
		if n == 0 {
			continue
		}
		from := (begin + float64(i)) * step
		height := float64(n) / float64(most) * (chartBase - 12)
		class := "c"
		if name == race && from < 0 {
			class = "c n"
		}
		fmt.Fprintf(&b, `<rect class="%s" x=%s y=%s width=%s height=%s><title>%s to %s: %d</title></rect>`, class,
			number(chartMargin+float64(i)*width), number(chartBase-height), number(max(width-1, 1)), number(height), duration(from), duration(from+step), n)
	}
	zero := -begin * width
	if zero > 0 && zero < float64(chartWidth-2*chartMargin) {
		fmt.Fprintf(&b, `<path class=z d="M%s 4V%d"/>`, number(chartMargin+zero), chartBase)
	}
	ends(&b, begin*step, (begin+float64(len(counts)))*step)
	return template.HTML(b.String())
}

// span draws least, median, 90 % and most, where the samples are not known.
func span(name string, m requirement.Measurement) template.HTML {
	width := max(m.Max-m.Min, 1e-9)
	x := func(v float64) float64 { return chartMargin + (v-m.Min)/width*(chartWidth-2*chartMargin) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class=d viewBox="0 60 %d 50" role=img aria-label="%s">`, chartWidth, escape("distribution of "+name))
	fmt.Fprintf(&b, `<rect class=c x=%s y=74 width=%s height=12><title>least to 90 %%</title></rect>`, number(x(m.Min)), number(max(x(m.P90)-x(m.Min), leastMark)))
	fmt.Fprintf(&b, `<path class=z d="M%s 70V%d"/>`, number(x(m.Median)), chartBase)
	ends(&b, m.Min, m.Max)
	return template.HTML(b.String())
}

// ends draws the axis and ends the picture.
func ends(b *strings.Builder, low, high float64) {
	fmt.Fprintf(b, `<path class=x d="M%d %dH%d"/><text x=%d y=106>%s</text><text class=r x=%d y=106>%s</text></svg>`,
		chartMargin, chartBase, chartWidth-chartMargin, chartMargin, duration(low), chartWidth-chartMargin, duration(high))
}
