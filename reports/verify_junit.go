package reports

import (
	"encoding/xml"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// junit compares junit.xml with what the report makes of it.
func (v *Verification) junit(path string, report Report) bool {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		v.open("%s is not there", JUnitFile)
		return false
	}
	var got junitSuites
	if err == nil {
		err = xml.Unmarshal(data, &got)
	}
	if err != nil {
		v.Find(JUnitFile, "%v", err)
		return false
	}
	made, err := JUnit(report)
	var want junitSuites
	if err == nil {
		err = xml.Unmarshal(made, &want)
	}
	if err != nil {
		v.Find(ReportFile, "no JUnit can be made of it: %v", err)
		return false
	}
	v.cases(got, want)
	v.properties(got, report)
	v.recount(got)
	return true
}

// cases compares the cases by class and name.
func (v *Verification) cases(got, want junitSuites) {
	left := want.states()
	for _, suite := range got.Suites {
		for _, c := range suite.Cases {
			state, ok := left[c.key()]
			delete(left, c.key())
			switch {
			case !ok:
				v.Find(JUnitFile, "case %s is there twice, or has no result in %s", c.Name, ReportFile)
			case state != c.state():
				v.Find(JUnitFile, "case %s is %s, by %s it is %s", c.Name, c.state(), ReportFile, state)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		v.Find(JUnitFile, "case %s is missing, by %s it is %s", key, ReportFile, left[key])
	}
}

// properties compares which run the suites say that they are of.
func (v *Verification) properties(got junitSuites, report Report) {
	want := map[string]string{"run.id": report.Run.ID, "catalogue.digest": report.Catalogue.Digest}
	for _, suite := range got.Suites {
		for _, p := range suite.Properties {
			if wanted, ok := want[p.Name]; ok && p.Value != wanted {
				v.Find(JUnitFile, "%s of suite %s is %s, in %s it is %s", p.Name, suite.Name, p.Value, ReportFile, wanted)
			}
		}
	}
}

// recount counts the cases of each suite, and of all.
func (v *Verification) recount(got junitSuites) {
	var all junitCounts
	for _, suite := range got.Suites {
		var counts junitCounts
		for _, c := range suite.Cases {
			counts.count(c)
		}
		if counts != suite.junitCounts {
			v.Find(JUnitFile, "suite %s counts %+v, its cases make it %+v", suite.Name, suite.junitCounts, counts)
		}
		all.add(counts)
	}
	if all != got.junitCounts {
		v.Find(JUnitFile, "the whole counts %+v, its cases make it %+v", got.junitCounts, all)
	}
}

// states are those of all cases, by class and name.
func (d junitSuites) states() map[string]string {
	states := map[string]string{}
	for _, suite := range d.Suites {
		for _, c := range suite.Cases {
			states[c.key()] = c.state()
		}
	}
	return states
}

func (c junitCase) key() string { return c.Class + " " + c.Name }

// state is how readers show a case.
func (c junitCase) state() string {
	switch {
	case c.Failure != nil:
		return "a failure"
	case c.Error != nil:
		return "an error"
	case c.Skipped != nil:
		return "skipped"
	default:
		return "a pass"
	}
}
