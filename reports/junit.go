package reports

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Classname prefixes every class of junit.xml: "hookcheck.grace".
const Classname = "hookcheck"

// The elements of junit.xml. The de facto schema is the one of
// https://github.com/testmoapp/junitxml; readers differ in what they use, so
// file and line, the messages and the counts on both levels are all there.
// testdata/junit.xsd has them, with who reads what. One reader refuses what it does
// not know, the xunit plugin of Jenkins (its junit plugin does not): file, line and
// properties of cases.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Time      string       `xml:"time,attr"`
		Timestamp string       `xml:"timestamp,attr"`
		Suites    []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Hostname   string          `xml:"hostname,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	junitCase struct {
		Name       string          `xml:"name,attr"`
		Class      string          `xml:"classname,attr"`
		File       string          `xml:"file,attr,omitempty"`
		Line       int             `xml:"line,attr,omitempty"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Failure    *junitDetail    `xml:"failure"`
		Error      *junitDetail    `xml:"error"`
		Skipped    *junitSkipped   `xml:"skipped"`
		Output     *junitOutput    `xml:"system-out"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitDetail struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Body    string `xml:",cdata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
	junitOutput struct {
		Body string `xml:",cdata"`
	}
)

// JUnit returns the report as JUnit XML. It depends on the report only.
//
// One suite an area, one case a requirement: its name is the id and never
// changes with a version, a node or a label. Non-conformant is a failure, and so
// is an unexpected pass; inconclusive is an error, and so is not run, unless the
// user wanted it so (an interrupt, a dry run); these, not applicable and known
// deviations are skipped, with "reason-code: text", and the evidence of a known
// deviation stands in the case's output. A run that has no failing case and yet is no success gets
// one error case in the suite "hookcheck", so that no reader shows it green.
func JUnit(report Report) ([]byte, error) {
	document := junitSuites{
		Name:      Classname,
		Time:      decimals(report.Run.Seconds),
		Timestamp: timestamp(report.Run.Started),
	}
	add := func(name string, cases []junitCase, started time.Time, wall float64) {
		suite := junitSuite{
			Name:       name,
			Time:       decimals(wall),
			Timestamp:  timestamp(started),
			Hostname:   cmp.Or(xmlText(report.Run.Hostname), "localhost"),
			Properties: suiteProperties(report),
			Cases:      cases,
		}
		for _, c := range cases {
			suite.count(c)
		}
		document.Suites = append(document.Suites, suite)
	}

	entries := slices.Clone(report.Results)
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Requirement, b.Requirement))
	})
	for len(entries) > 0 {
		area := entries[0].Area
		n := slices.IndexFunc(entries, func(e Entry) bool { return e.Area != area })
		if n < 0 {
			n = len(entries)
		}
		cases := make([]junitCase, 0, n)
		for _, entry := range entries[:n] {
			cases = append(cases, requirementCase(entry))
		}
		started, wall := span(entries[:n], report.Run.Started)
		add(Classname+"."+xmlText(area), cases, started, wall)
		entries = entries[n:]
	}

	var failing bool
	for _, suite := range document.Suites {
		failing = failing || suite.Failures+suite.Errors > 0
	}
	if c := runCase(report, failing); c != nil {
		add(Classname, []junitCase{*c}, report.Run.Started, 0)
		// First, since readers show the first error first.
		last := len(document.Suites) - 1
		document.Suites = append(document.Suites[last:], document.Suites[:last]...)
	}
	for _, suite := range document.Suites {
		document.add(suite.junitCounts)
	}

	data, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode JUnit: %w", err)
	}
	return append([]byte(xml.Header), append(data, '\n')...), nil
}

// runCase is the case of a run that ended badly, or nil.
func runCase(report Report, failing bool) *junitCase {
	var name string
	var problem junitDetail
	switch {
	case report.Run.DryRun:
		name = Classname + ".dry-run"
		problem = junitDetail{Type: "DryRun", Message: fmt.Sprintf("nothing was run, and none of %s judged", plural(report.Summary.Total(), "requirement"))}
	case report.Run.Error != "":
		name = Classname + ".setup"
		kind := "SetupFailed"
		if report.Run.BrokeOff {
			name, kind = Classname+".run", "BrokeOff"
		}
		body, gone := capBytes(xmlText(report.Run.Error), bodyLimit)
		problem = junitDetail{Type: kind, Message: message(report.Run.Error), Body: body + leftOut(gone, "")}
	case report.Run.Interrupted:
		name = Classname + ".interrupted"
		problem = junitDetail{Type: "Interrupted", Message: fmt.Sprintf(
			"the run was stopped with %d of %d requirements not judged", report.Summary.NotRun, report.Summary.Total())}
	case !failing && report.ExitCode != ExitConformant:
		name = Classname + ".outcome"
		problem = junitDetail{Type: "Inconclusive", Message: fmt.Sprintf("%s: %s", report.Outcome, tally(report.Summary))}
	default:
		return nil
	}
	return &junitCase{Name: name, Class: Classname, Time: decimals(0), Error: &problem}
}

func requirementCase(entry Entry) junitCase {
	c := junitCase{
		Name:       xmlText(entry.Requirement),
		Class:      Classname + "." + xmlText(entry.Area),
		File:       xmlText(entry.File),
		Line:       entry.Line,
		Time:       decimals(entry.Seconds),
		Properties: caseProperties(entry),
	}
	switch entry.Verdict {
	case requirement.Conformant:
	case requirement.NonConformant:
		c.Failure = &junitDetail{Type: "NonConformant", Message: failureMessage(entry), Body: body(entry)}
	case requirement.UnexpectedPass:
		c.Failure = &junitDetail{Type: "UnexpectedPass", Message: failureMessage(entry), Body: body(entry)}
	case requirement.KnownDeviation:
		c.Skipped = &junitSkipped{Message: message("known deviation: " + deviates(entry))}
		c.Output = &junitOutput{Body: body(entry)}
	case requirement.NotApplicable:
		c.Skipped = &junitSkipped{Message: skipMessage(entry)}
	case requirement.NotRun:
		if code := reasonCode(entry.Reason); code == codeInterrupted || code == codeDryRun {
			c.Skipped = &junitSkipped{Message: skipMessage(entry)}
			break
		}
		fallthrough
	default:
		c.Error = &junitDetail{Type: "Inconclusive", Message: failureMessage(entry), Body: body(entry)}
	}
	return c
}

// span returns when the first scenario of entries began and the wall time, in
// seconds, until the last one ended. Scenarios run side by side and one serves
// several requirements, so the cases' times do not add up to it.
func span(entries []Entry, otherwise time.Time) (started time.Time, wall float64) {
	var ended time.Time
	for _, e := range entries {
		if e.Started.IsZero() {
			continue
		}
		if started.IsZero() || e.Started.Before(started) {
			started = e.Started
		}
		if end := e.Started.Add(seconds(e.Seconds)); end.After(ended) {
			ended = end
		}
	}
	if started.IsZero() {
		return otherwise, 0
	}
	return started, ended.Sub(started).Seconds()
}

func (c *junitCounts) count(one junitCase) {
	c.Tests++
	switch {
	case one.Failure != nil:
		c.Failures++
	case one.Error != nil:
		c.Errors++
	case one.Skipped != nil:
		c.Skipped++
	}
}

func (c *junitCounts) add(other junitCounts) {
	c.Tests += other.Tests
	c.Failures += other.Failures
	c.Errors += other.Errors
	c.Skipped += other.Skipped
}

// timestamp is t in UTC with a Z: without a zone, readers are off by hours.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// decimals is a number of seconds, to the millisecond.
func decimals(s float64) string { return strings.TrimPrefix(fmt.Sprintf("%.3f", s), "-") }
