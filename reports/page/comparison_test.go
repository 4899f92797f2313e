package page

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// sampleComparison has something in each list, and evil texts.
func sampleComparison(t *testing.T) reports.Comparison {
	t.Helper()
	side := func(run, version string, verdicts map[string]requirement.Verdict, lead float64) reports.Report {
		var selected []requirement.Requirement
		var results []requirement.Result
		for id, v := range verdicts {
			selected = append(selected, requirement.Requirement{ID: id, Level: requirement.Must, Sentence: "A sentence with " + evil, Area: "prestop"})
			results = append(results, requirement.Result{Requirement: id, Verdict: v, Reason: "because " + evil})
		}
		var samples []float64
		for i := range 20 {
			samples = append(samples, lead+float64(i)/100)
		}
		report, err := reports.New(reports.Meta{Run: reports.Run{ID: run}, Cluster: reports.Cluster{ServerVersion: version},
			Measurements: map[string]requirement.Measurement{race: requirement.Measure(samples, 0.01)}}, selected, results)
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	return reports.Compare(
		side("before "+evil, "v1.35.0", map[string]requirement.Verdict{"a.new": requirement.Conformant, "a.fixed": requirement.NonConformant,
			"a.other": requirement.Conformant, "a.lost": requirement.Conformant, "a.gone": requirement.Conformant}, 0.1),
		side("after", "v1.36.4", map[string]requirement.Verdict{"a.new": requirement.NonConformant, "a.fixed": requirement.Conformant,
			"a.other": requirement.KnownDeviation, "a.lost": requirement.Inconclusive, "a.more": requirement.Conformant}, 3))
}

func TestComparison(t *testing.T) {
	text, err := RenderComparison(sampleComparison(t))
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(strings.Fields(textOf(find(root, "header")[0])+" "+textOf(find(root, "main")[0])), " ")
	for _, want := range []string{"B has 1 new failure", "v1.35.0 → v1.36.4", "New failures (1)", "conformant → non-conformant MUST A sentence with",
		"Fixed (1)", "conformant → known deviation", "Coverage differs, B lacks 2 verdicts that A has (3)", "Only A selected 1a.gone", "Only B selected 1a.more",
		"1 of 1 measured medians moved", "2.9 s later, where ±"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in %s", want, all)
		}
	}
	var open []string
	for _, n := range find(root, "details") {
		for _, a := range n.Attr {
			if a.Key == "open" {
				open = append(open, attribute(n, "data-v"))
			}
		}
	}
	if fmt.Sprint(open) != "[non-conformant]" {
		t.Errorf("unfolded: %q, want the new failure only", open)
	}
	if n := len(find(root, "script")) + len(find(root, "img")) + len(find(root, "a")); n != 0 {
		t.Errorf("%d elements that run, load or lead elsewhere", n)
	}
	if style := find(root, "style"); len(style) != 1 || textOf(style[0]) != css {
		t.Error("the style is not that of the page")
	}
	for _, n := range find(root, "meta") {
		if attribute(n, "http-equiv") == "Content-Security-Policy" && !strings.HasPrefix(attribute(n, "content"), "default-src 'none'; style-src "+hash(css)) {
			t.Errorf("policy %q", attribute(n, "content"))
		}
	}
}

func TestComparisonOfTheSame(t *testing.T) {
	report := sampleReport(t)
	text, err := RenderComparison(reports.Compare(report, report))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `class="verdict v-ok"`) || strings.Contains(string(text), "class=req") {
		t.Errorf("%s", text)
	}
}
