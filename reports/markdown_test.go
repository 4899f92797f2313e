package reports

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	for name, report := range samples(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".md", string(Markdown(report)))
		})
	}
}

// TestMarkdownShowsTextAsItIs: a pod's own words stay words.
func TestMarkdownShowsTextAsItIs(t *testing.T) {
	for text, want := range map[string]string{
		"a | b\nc":                         `a \| b c`,
		"<script>x</script> & ![i](h) *b*": `&lt;script\>x&lt;/script\> &amp; \!\[i\](h) \*b\*`,
		"`rm` \x1b[31mred":                 "\\`rm\\` \\[31mred",
		"see https://example.org/a_b":      "see https://example.org/a_b",
	} {
		if got := markdownText(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := fenced("a\n````\nb"); !strings.HasPrefix(got, "`````text\n") || !strings.HasSuffix(got, "\n`````") {
		t.Errorf("the text ends its own block: %q", got)
	}
}

// TestMarkdownHasABound: GitHub shows none of a summary of more than 1 MiB.
func TestMarkdownHasABound(t *testing.T) {
	report := samples(t)["mixed"]
	i := slices.IndexFunc(report.Results, func(e Entry) bool { return e.Requirement == "grace.default-30" })
	violated := report.Results[i]
	violated.Window, violated.Seen = strings.Repeat("w", 1<<20), strings.Repeat("s", 1<<20)
	for range 500 {
		report.Results = append(report.Results, violated)
		report.Summary.NonConformant++
	}
	if text := Markdown(report); len(text) >= 1<<20 || !strings.Contains(string(text), "… and more: see report.json") {
		t.Errorf("%d bytes", len(text))
	}
}

func TestBadge(t *testing.T) {
	reports := samples(t)
	narrowed := reports["conformant"]
	narrowed.Selection.Level = "must"
	narrowed.Catalogue.Count = 311
	reports["narrowed"] = narrowed
	for name, want := range map[string]badge{
		"conformant":  {Message: "conformant (core)", Color: "brightgreen"},
		"narrowed":    {Message: "conformant (8 of 311)", Color: "brightgreen"},
		"mixed":       {Message: "2 requirements not met (core)", Color: "red", IsError: true},
		"interrupted": {Message: "interrupted (core)", Color: "lightgrey", IsError: true},
		"setup":       {Message: "no verdict (core)", Color: "lightgrey", IsError: true},
		"nothing":     {Message: "inconclusive (core)", Color: "yellow", IsError: true},
	} {
		t.Run(name, func(t *testing.T) {
			want.SchemaVersion, want.Label = 1, BadgeLabel
			data, err := BadgeJSON(reports[name])
			var got badge
			if err := errors.Join(err, json.Unmarshal(data, &got)); err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
			svg := string(BadgeSVG(reports[name]))
			if !strings.Contains(svg, want.Message+"</text>") || !strings.Contains(svg, badgeColours[want.Color]) || badgeColours[want.Color] == "" {
				t.Errorf("the image does not show %+v:\n%s", want, svg)
			}
			wellFormed(t, svg)
		})
	}
}

// TestBadgeEscapes: a profile comes from a file that anybody may have written.
func TestBadgeEscapes(t *testing.T) {
	report := samples(t)["conformant"]
	report.Selection.Profile = `<a href="x">&`
	wellFormed(t, string(BadgeSVG(report)))
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		if element, ok := token.(xml.StartElement); ok && element.Name.Local == "a" {
			t.Errorf("text became an element in\n%s", svg)
		}
	}
}
