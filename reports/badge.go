package reports

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// BadgeLabel is the left half of a badge.
const BadgeLabel = "lifecycle hooks"

// A badge is badge.json, in the format of https://shields.io/badges/endpoint-badge.
type badge struct {
	SchemaVersion int    `json:"schemaVersion"` // always 1
	Label         string `json:"label"`
	Message       string `json:"message"`
	Color         string `json:"color"`
	// IsError keeps an address's colour from painting a violation green.
	IsError bool `json:"isError,omitempty"`
}

// newBadge says a run in two or three words. A run that was narrowed down says of how
// many requirements it speaks, so that a part does not pose as the whole.
func newBadge(report Report) badge {
	b := badge{SchemaVersion: 1, Label: BadgeLabel, Color: "lightgrey", IsError: true, Message: string(report.Outcome)}
	switch report.Outcome {
	case Conformant:
		b.Color, b.IsError = "brightgreen", false
	case NonConformant:
		b.Color, b.Message = "red", plural(report.Summary.Red(), "requirement")+" not met"
	case Inconclusive:
		b.Color = "yellow"
	case Error:
		b.Message = "no verdict"
	}
	s, c := report.Selection, report.Catalogue
	switch {
	case len(s.Requirements) > 0 || s.LabelFilter != "" || s.Level != "":
		b.Message += fmt.Sprintf(" (%d of %d)", c.Selected, c.Count)
	case s.Profile != "":
		b.Message += " (" + strings.ReplaceAll(string(s.Profile), ",", ", ") + ")"
	}
	return b
}

// BadgeJSON returns the report as badge.json, which shields.io makes a badge of.
func BadgeJSON(report Report) ([]byte, error) {
	data, err := json.MarshalIndent(newBadge(report), "", "  ")
	return append(data, '\n'), err
}

// badgeColours are the colours of badge.svg, dark enough for white text.
var badgeColours = map[string]string{"brightgreen": "#2b7a2b", "red": "#b3261e", "yellow": "#8a6100", "lightgrey": "#616161"}

// BadgeSVG returns the report as an image that needs no font and no network.
func BadgeSVG(report Report) []byte {
	b := newBadge(report)
	left, right := badgeWidth(b.Label), badgeWidth(b.Message)
	text := func(s string, x, width int) string {
		return fmt.Sprintf(`<text x="%d" y="14" textLength="%d">%s</text>`, x+badgePadding, width-2*badgePadding, escapeMarkup(s))
	}
	title := escapeMarkup(b.Label + ": " + b.Message)
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="20" role="img" aria-label="%s">
  <title>%s</title>
  <clipPath id="r"><rect width="%d" height="20" rx="3"/></clipPath>
  <g clip-path="url(#r)"><rect width="%d" height="20" fill="#444"/><rect x="%d" width="%d" height="20" fill="%s"/></g>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">%s%s</g>
</svg>
`, left+right, title, title, left+right, left, left, right, badgeColours[b.Color], text(b.Label, 0, left), text(b.Message, left, right))
}

// badgePadding is the room beside a text, in pixels.
const badgePadding = 6

// badgeWidth is the width of a half, in pixels. A letter of Verdana at 11 px has
// 6.5 px on average; textLength makes other fonts fit.
func badgeWidth(text string) int { return utf8.RuneCountInString(text)*13/2 + 2*badgePadding }

// escapeMarkup makes text of XML, HTML and SVG of any text.
func escapeMarkup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;").Replace(xmlText(s))
}
