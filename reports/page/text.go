package page

import (
	"html/template"
	"regexp"
	"strings"
	"unicode"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// clean removes what cannot be seen and could make a text look like another one: a
// pod's own words are in the page. Line feeds and tabs stay.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// verdictClasses are the verdicts' names in the style sheet.
var verdictClasses = map[requirement.Verdict]string{
	requirement.Conformant:     "v-ok",
	requirement.NonConformant:  "v-bad",
	requirement.UnexpectedPass: "v-bad",
	requirement.Inconclusive:   "v-warn",
	requirement.NotRun:         "v-warn",
	requirement.KnownDeviation: "v-known",
	requirement.NotApplicable:  "v-na",
}

func verdictClass(v requirement.Verdict) string {
	if class, ok := verdictClasses[v]; ok {
		return class
	}
	return "v-warn"
}

// outcomeClass is the colour of the sentence on top.
func outcomeClass(o reports.Outcome) string {
	switch o {
	case reports.Conformant:
		return "v-ok"
	case reports.NonConformant, reports.Error:
		return "v-bad"
	default:
		return "v-warn"
	}
}

// A link is a source; URL is empty where it is no address.
type link struct{ Text, URL string }

var (
	release = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+`)
	code    = regexp.MustCompile(`^((?:pkg|staging|test|cmd)/\S+\.go)(?: \(.*\))?$`)
)

// source makes a link of where a requirement is written: a page, or a place in the
// source of the Kubernetes that was judged.
func source(text, server string) link {
	l := link{Text: text}
	switch place := code.FindStringSubmatch(text); {
	case strings.HasPrefix(text, "https://") && !strings.ContainsAny(text, " \n\t"):
		l.URL = text
	case place != nil:
		version := release.FindString(server)
		if version == "" {
			version = "master"
		}
		l.URL = "https://github.com/kubernetes/kubernetes/blob/" + version + "/" + place[1]
	}
	return l
}

func sources(texts []string, server string) []link {
	links := make([]link, 0, len(texts))
	for _, text := range texts {
		links = append(links, source(text, server))
	}
	return links
}

// embedded marks our own files, which are not data.
func embedded(css, js string) (template.CSS, template.JS) {
	return template.CSS(css), template.JS(js)
}
