package reports

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// parsed is junit.xml as a reader sees it, apart from the types that write it.
type parsed struct {
	parsedCounts
	Suites []struct {
		parsedCounts
		Name      string `xml:"name,attr"`
		Timestamp string `xml:"timestamp,attr"`
		Hostname  string `xml:"hostname,attr"`
		Cases     []struct {
			Name       string `xml:"name,attr"`
			Class      string `xml:"classname,attr"`
			Properties []struct {
				Name  string `xml:"name,attr"`
				Value string `xml:"value,attr"`
			} `xml:"properties>property"`
			Failure *parsedDetail `xml:"failure"`
			Error   *parsedDetail `xml:"error"`
			Skipped *parsedDetail `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type parsedCounts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

type parsedDetail struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Body    string `xml:",chardata"`
}

func parseJUnit(t testing.TB, report Report) (parsed, string) {
	t.Helper()
	data, err := JUnit(report)
	if err != nil {
		t.Fatal(err)
	}
	var p parsed
	if err := xml.Unmarshal(data, &p); err != nil {
		t.Fatalf("does not parse: %v\n%s", err, data)
	}
	return p, string(data)
}

func TestJUnitGolden(t *testing.T) {
	for name, report := range samples(t) {
		t.Run(name, func(t *testing.T) {
			_, data := parseJUnit(t, report)
			golden(t, name+".xml", data)
		})
	}
}

// TestJUnitCounts counts what is there, compares it with what both levels say,
// and demands that the file is green exactly where the run is a success.
func TestJUnitCounts(t *testing.T) {
	all := samples(t)
	var dry []requirement.Result
	for _, r := range sampleGood() {
		dry = append(dry, requirement.Result{Requirement: r.Requirement, Verdict: requirement.NotRun, Reason: "dry-run: nothing was created"})
	}
	all["dry-run"] = mustNew(t, sampleMeta(), dry)
	all["half dry"] = mustNew(t, sampleMeta(), append(sampleGood()[:3], dry[3:]...))
	all["empty"] = Report{Outcome: Inconclusive, ExitCode: ExitInconclusive}

	for name, report := range all {
		t.Run(name, func(t *testing.T) {
			p, data := parseJUnit(t, report)
			var total parsedCounts
			seen := map[string]bool{}
			for _, suite := range p.Suites {
				var counts parsedCounts
				for _, c := range suite.Cases {
					counts.Tests++
					if c.Failure != nil {
						counts.Failures++
					}
					if c.Error != nil {
						counts.Errors++
					}
					if c.Skipped != nil {
						counts.Skipped++
						if code, text, _ := strings.Cut(c.Skipped.Message, ": "); code == "" || text == "" {
							t.Errorf("%s: skipped message %q is not of the form code: text", c.Name, c.Skipped.Message)
						}
					}
					for _, detail := range []*parsedDetail{c.Failure, c.Error} {
						if detail != nil && (detail.Message == "" || strings.Contains(detail.Message, "\n") || detail.Type == "") {
							t.Errorf("%s: message %q, type %q", c.Name, detail.Message, detail.Type)
						}
					}
					if c.Class != suite.Name {
						t.Errorf("%s: class %s in suite %s", c.Name, c.Class, suite.Name)
					}
					key := c.Class + " " + c.Name
					if seen[key] {
						t.Errorf("%s is there twice", key)
					}
					seen[key] = true
				}
				if counts != suite.parsedCounts {
					t.Errorf("suite %s says %+v and has %+v", suite.Name, suite.parsedCounts, counts)
				}
				if suite.Hostname == "" || !strings.HasSuffix(suite.Timestamp, "Z") {
					t.Errorf("suite %s: hostname %q, timestamp %q", suite.Name, suite.Hostname, suite.Timestamp)
				}
				total.Tests += counts.Tests
				total.Failures += counts.Failures
				total.Errors += counts.Errors
				total.Skipped += counts.Skipped
			}
			if total != p.parsedCounts {
				t.Errorf("the top says %+v and has %+v", p.parsedCounts, total)
			}
			if extra := total.Tests - len(report.Results); extra < 0 || extra > 1 {
				t.Errorf("%d cases for %d requirements", total.Tests, len(report.Results))
			}
			if green := total.Failures+total.Errors == 0; green != (report.ExitCode == 0) {
				t.Errorf("green: %t, exit code %d\n%s", green, report.ExitCode, data)
			}
		})
	}
}

func TestJUnitVerdicts(t *testing.T) {
	for _, c := range []struct {
		verdict requirement.Verdict
		reason  string
		element string
		want    string
	}{
		{requirement.Conformant, "", "none", ""},
		{requirement.NonConformant, "too early", "failure", "too early"},
		{requirement.UnexpectedPass, "it was mended", "failure", "it was mended"},
		{requirement.KnownDeviation, "expected a, seen: b", "skipped", "known deviation: It sleeps on to its end (https://github.com/kubernetes/kubernetes/issues/1)"},
		{requirement.Inconclusive, "clock-error: too near", "error", "clock-error: too near"},
		{requirement.Inconclusive, "", "error", "inconclusive: SIGTERM arrives only after the preStop hook has ended."},
		{requirement.NotApplicable, "pods/exec: forbidden", "skipped", "pods/exec: forbidden"},
		{requirement.NotApplicable, "skipped", "skipped", "no-code: skipped"},
		{requirement.NotApplicable, "", "skipped", "no-code: not applicable, and no reason was given"},
		{requirement.NotRun, "interrupted: stopped", "skipped", "interrupted: stopped"},
		{requirement.NotRun, "dry-run: nothing was created", "skipped", "dry-run: nothing was created"},
		{requirement.NotRun, "setup-failed: no cluster", "error", "setup-failed: no cluster"},
		{requirement.NotRun, "no-result: lost", "error", "no-result: lost"},
		{requirement.NotRun, "", "error", "not run: SIGTERM arrives only after the preStop hook has ended."},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.verdict, c.reason), func(t *testing.T) {
			result := requirement.Result{Requirement: sampleSelected()[0].ID, Verdict: c.verdict, Reason: c.reason}
			one := sampleSelected()[0]
			if c.verdict == requirement.KnownDeviation {
				one.Deviation = sampleDeviation()
			}
			report, err := New(Meta{}, []requirement.Requirement{one}, []requirement.Result{result})
			if err != nil {
				t.Fatal(err)
			}
			p, _ := parseJUnit(t, report)
			found := p.Suites[len(p.Suites)-1].Cases[0]
			element, got := "none", ""
			for name, detail := range map[string]*parsedDetail{"failure": found.Failure, "error": found.Error, "skipped": found.Skipped} {
				if detail != nil {
					element, got = name, detail.Message
				}
			}
			if element != c.element || got != c.want {
				t.Errorf("got <%s message=%q>, want <%s message=%q>", element, got, c.element, c.want)
			}
		})
	}
}

func TestJUnitCapsLongOutput(t *testing.T) {
	results := sampleMixed()
	violated := &results[2]
	violated.Window = strings.Repeat("0.000 ä <event>\n", 1<<16)
	violated.Seen = strings.Repeat("é", 1<<20)
	p, _ := parseJUnit(t, mustNew(t, sampleMeta(), results))
	for _, suite := range p.Suites {
		for _, c := range suite.Cases {
			if c.Failure == nil || c.Failure.Type != "NonConformant" {
				continue
			}
			if n := len(c.Failure.Body); n > bodyLimit || n < bodyLimit/2 {
				t.Errorf("body of %d bytes, limit %d", n, bodyLimit)
			}
			if n := utf8.RuneCountInString(c.Failure.Message); n > messageLimit {
				t.Errorf("message of %d runes", n)
			}
			if got := strings.Count(c.Failure.Body, " bytes left out; the whole is in histories/grace/default_30.json]"); got != 2 {
				t.Errorf("%d notes that something was left out, want 2", got)
			}
			if !strings.Contains(c.Failure.Body, "\nhistory   histories/grace/default_30.json") {
				t.Error("the path of the history is gone")
			}
			if !utf8.ValidString(c.Failure.Body) {
				t.Error("cut inside a rune")
			}
		}
	}
}

func TestJUnitTimestampIsUTC(t *testing.T) {
	meta := sampleMeta()
	meta.Run.Started = meta.Run.Started.In(time.FixedZone("CEST", 2*3600))
	_, data := parseJUnit(t, mustNew(t, meta, nil))
	if !strings.Contains(data, `timestamp="2026-03-14T09:26:53.589Z"`) {
		t.Errorf("no UTC timestamp in\n%s", data)
	}
}

func FuzzJUnit(f *testing.F) {
	f.Add("plain")
	f.Add("\x1b[31mred\x00 ]]> \xff \ufffe & < \" ' \r\n")
	f.Fuzz(func(t *testing.T, text string) {
		meta := sampleMeta()
		meta.Run.Error, meta.Run.Hostname, meta.Cluster.Context = text, text, text
		meta.Cluster.Nodes[0].Name = text
		results := sampleMixed()
		violated := &results[2]
		violated.Expected, violated.Seen, violated.Window, violated.History = text, text, text, text
		violated.Scenario, violated.File = text, text
		violated.Measurements = map[string]requirement.Measurement{text: {Count: 1}}
		results[1].Reason = text
		report := mustNew(t, meta, results)
		p, data := parseJUnit(t, report)
		if p.Failures != 2 || p.Skipped != 2 {
			t.Errorf("%+v", p.parsedCounts)
		}
		// encoding/xml puts U+FFFD where it meets what it may not write; we
		// must have removed that before, but U+FFFD itself is legal.
		if strings.Contains(data, "\ufffd") && utf8.ValidString(text) && !strings.Contains(text, "\ufffd") {
			t.Errorf("an illegal character reached the encoder: %q", text)
		}
	})
}
