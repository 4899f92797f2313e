package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// A Verification is what the files of a run say about each other.
type Verification struct {
	// Findings are contradictions: one of the files is not what the run wrote.
	Findings []Finding `json:"findings"`
	// Open names what could not be verified, and why.
	Open []string `json:"open"`
	// Agreed is what was compared and agrees.
	Agreed []string `json:"agreed"`

	// Histories are those that could be read, by scenario.
	Histories map[string]*history.History `json:"-"`
}

// A Finding is one contradiction.
type Finding struct {
	File string `json:"file"` // in which it shows
	What string `json:"what"`
}

func (f Finding) String() string { return f.File + ": " + f.What }

// Find adds a contradiction.
func (v *Verification) Find(file, format string, args ...any) {
	v.Findings = append(v.Findings, Finding{file, fmt.Sprintf(format, args...)})
}

func (v *Verification) open(format string, args ...any) {
	v.Open = append(v.Open, fmt.Sprintf(format, args...))
}

// part runs one comparison, and says that it agrees where it found nothing.
func (v *Verification) part(agrees string, compare func() bool) {
	before := len(v.Findings)
	if compare() && len(v.Findings) == before {
		v.Agreed = append(v.Agreed, agrees)
	}
}

// Verify compares a report with itself and with the other files of its run, which
// lie beside it in dir: the log of results, junit.xml and the histories. Whoever
// writes all of them anew, histories included, is not found out: there is no
// signature. What the histories say is for the caller to judge again.
func Verify(dir string, report Report) *Verification {
	v := &Verification{Findings: []Finding{}, Open: []string{}, Agreed: []string{}, Histories: map[string]*history.History{}}
	if report.Run.DryRun {
		v.open("it is a dry run: nothing was run, and nothing judged")
	}
	v.part("counts, outcome and exit code follow from the results", func() bool { v.itself(report); return true })
	v.part("the log has the same results, cluster and catalogue", func() bool { return v.log(filepath.Join(dir, LogFile), report) })
	v.part("the cases of "+JUnitFile+" are those of "+ReportFile, func() bool { return v.junit(filepath.Join(dir, JUnitFile), report) })
	v.part("the histories are there, and are those of this run", func() bool { return v.histories(dir, report) })
	return v
}

// itself recounts a report.
func (v *Verification) itself(report Report) {
	var s Summary
	seen := map[string]bool{}
	for _, e := range report.Results {
		if !slices.Contains(requirement.Verdicts, e.Verdict) {
			v.Find(ReportFile, "%s has the unknown verdict %q", e.Requirement, e.Verdict)
		}
		if seen[e.Requirement] {
			v.Find(ReportFile, "%s has two results", e.Requirement)
		}
		seen[e.Requirement] = true
		s.Add(e.Verdict)
	}
	for _, verdict := range requirement.Verdicts {
		if got, want := report.Summary.Count(verdict), s.Count(verdict); got != want {
			v.Find(ReportFile, "counts %d as %s, has %d", got, verdict, want)
		}
	}
	c := report.Catalogue
	if c.Selected != len(report.Results) {
		v.Find(ReportFile, "%d requirements were selected, and there are %s", c.Selected, plural(len(report.Results), "result"))
	}
	if n := len(c.Unselected); n > 0 && c.Selected+n != c.Count {
		v.Find(ReportFile, "the catalogue has %d requirements, of which %d were selected and %d were not", c.Count, c.Selected, n)
	}
	outcome, code := Decide(s, report.Run)
	if report.Outcome != outcome {
		v.Find(ReportFile, "the outcome is %s, its results make it %s", report.Outcome, outcome)
	}
	if report.ExitCode != code {
		v.Find(ReportFile, "the exit code is %d, its results make it %d", report.ExitCode, code)
	}
}

// log compares a report with the one that follows from the log.
func (v *Verification) log(path string, report Report) bool {
	record, err := ReadLog(path)
	if errors.Is(err, fs.ErrNotExist) {
		v.open("%s is not there: nothing says what the run wrote while it went on", LogFile)
		return false
	}
	if err != nil {
		v.Find(LogFile, "%v", err)
		return false
	}
	if got, want := report.Catalogue.Digest, record.Header.Catalogue.Digest; got != want {
		v.Find(ReportFile, "the catalogue is %s, in %s it is %s", got, LogFile, want)
	}
	again, err := record.Report()
	if err != nil {
		v.Find(LogFile, "%v", err)
		return false
	}
	if n := len(report.Run.Resumed); n < len(record.Resumed) {
		v.Find(ReportFile, "is older than %s: the run was resumed at %s; `hookcheck report DIR` writes it again", LogFile, timestamp(record.Resumed[n].At))
		return false
	}
	if record.End == nil && len(differing(report.Run, again.Run)) > 0 {
		v.Find(ReportFile, "run is not what %s says", LogFile)
	}
	if record.End != nil { // a killed run did not know its measurements
		for _, field := range differing(report.Meta, again.Meta) {
			if field != "catalogue" || report.Catalogue.Digest == record.Header.Catalogue.Digest {
				v.Find(ReportFile, "%s is not what %s says", field, LogFile)
			}
		}
	}
	v.results(report, again)
	return true
}

// results compares the results of a report with those of the log, by requirement.
func (v *Verification) results(report, again Report) {
	logged := map[string]Entry{}
	for _, e := range again.Results {
		logged[e.Requirement] = e
	}
	for _, e := range report.Results {
		want, ok := logged[e.Requirement]
		delete(logged, e.Requirement)
		switch {
		case !ok:
			v.Find(ReportFile, "%s has a result, and was not selected according to %s", e.Requirement, LogFile)
		case e.Verdict != want.Verdict:
			v.Find(ReportFile, "%s is %s, in %s it is %s", e.Requirement, e.Verdict, LogFile, want.Verdict)
		default:
			for _, field := range differing(e, want) {
				v.Find(ReportFile, "%s: %s is not what %s says", e.Requirement, field, LogFile)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(logged)) {
		v.Find(ReportFile, "%s has no result, in %s it is %s", id, LogFile, logged[id].Verdict)
	}
}

// differing returns the names of the JSON fields in which two values differ.
func differing(a, b any) []string {
	fields := func(value any) map[string]any {
		m := map[string]any{}
		data, err := json.Marshal(value)
		if err == nil {
			_ = json.Unmarshal(data, &m) // it was just written
		}
		return m
	}
	of, other := fields(a), fields(b)
	all := maps.Clone(of)
	maps.Copy(all, other)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !reflect.DeepEqual(of[name], other[name]) {
			names = append(names, name)
		}
	}
	return names
}

// histories looks whether each history that a result names is there and unchanged.
func (v *Verification) histories(dir string, report Report) bool {
	digests := map[string]string{} // path -> digest, if the run told it
	scenarios := map[string]string{}
	for _, e := range report.Results {
		if e.History == "" {
			continue
		}
		if !filepath.IsLocal(e.History) {
			v.Find(ReportFile, "%s: the history %q is not below the report", e.Requirement, e.History)
			continue
		}
		digests[e.History], scenarios[e.History] = e.HistoryDigest, e.Scenario
	}
	if _, err := os.Stat(filepath.Join(dir, "histories")); err != nil && len(digests) > 0 {
		v.open("there are no histories: no verdict can be judged again")
		return false
	}
	without := 0
	for _, path := range slices.Sorted(maps.Keys(digests)) {
		file := filepath.Join(dir, filepath.FromSlash(path))
		h, err := history.Load(file)
		if errors.Is(err, fs.ErrNotExist) {
			v.Find(path, "is not there, though verdicts follow from it")
			continue
		}
		if err != nil {
			v.Find(path, "%v", err)
			continue
		}
		if h.Header.Scenario != scenarios[path] || h.Header.Run != "" && h.Header.Run != report.Run.ID {
			v.Find(path, "is of scenario %s of run %s", h.Header.Scenario, h.Header.Run)
		}
		if want := digests[path]; want == "" {
			without++
		} else if got, err := history.Digest(file); err != nil || got != want {
			v.Find(path, "was changed after the run: its digest is %s, the results say %s", got, want)
		}
		v.Histories[scenarios[path]] = h
	}
	if without > 0 {
		v.open("%d of %d histories have no digest, since an older hookcheck wrote them: only a change that changes a verdict is seen", without, len(digests))
	}
	return true
}
