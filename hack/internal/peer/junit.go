package peer

import (
	"encoding/xml"
	"fmt"
	"os"
	"strings"

	"github.com/onsi/ginkgo/v2/reporters"
	"github.com/onsi/ginkgo/v2/types"
)

// Result is what a run of the suite found.
type Result struct {
	Seconds float64 `json:"seconds"` // wall time of the whole run
	Specs   []Spec  `json:"specs"`   // those that ran
}

// Spec is a spec that ran.
type Spec struct {
	Name    string  `json:"name"`
	State   string  `json:"state"` // one of ginkgo's
	Seconds float64 `json:"seconds"`
	Failure string  `json:"failure,omitempty"` // the first line
}

// Passed counts the specs that passed.
func (r Result) Passed() int {
	passed := 0
	for _, s := range r.Specs {
		if s.State == types.SpecStatePassed.String() {
			passed++
		}
	}
	return passed
}

// Failed lists the specs that found something wrong. One that was cut off, because another failed or the time was over,
// has found nothing.
func (r Result) Failed() []string {
	var failed []string
	for _, s := range r.Specs {
		if s.State == types.SpecStateFailed.String() || s.State == types.SpecStatePanicked.String() {
			failed = append(failed, s.Name)
		}
	}
	return failed
}

// SpecSeconds is how long the specs took one by one.
func (r Result) SpecSeconds() float64 {
	sum := 0.0
	for _, s := range r.Specs {
		sum += s.Seconds
	}
	return sum
}

// readJUnit reads the specs that ran from the suite's report, which lists all others as skipped. That the suite could
// not be set up is an error.
func readJUnit(path string) ([]Spec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var report reporters.JUnitTestSuites
	if err := xml.Unmarshal(data, &report); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var specs []Spec
	for _, suite := range report.TestSuites {
		for _, c := range suite.TestCases {
			name, isSpec := strings.CutPrefix(c.Name, "[It] ")
			switch {
			case c.Status == types.SpecStateSkipped.String() || c.Status == types.SpecStatePending.String():
			case isSpec:
				specs = append(specs, Spec{Name: name, State: c.Status, Seconds: c.Time, Failure: failure(c)})
			case c.Status != types.SpecStatePassed.String():
				return nil, fmt.Errorf("%s: %s %s: %s", path, c.Name, c.Status, failure(c))
			}
		}
	}
	return specs, nil
}

// failure is the first line of why a case is not good.
func failure(c reporters.JUnitTestCase) string {
	text := ""
	switch {
	case c.Failure != nil:
		text = c.Failure.Description
	case c.Error != nil:
		text = c.Error.Description
	}
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
