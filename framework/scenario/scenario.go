package scenario

import (
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// A Scenario is a fixture, steps and checks.
type Scenario struct {
	// Name is <area>/<stem>, the path of fixture and suite file.
	Name string
	// Title says in a few words what it is about.
	Title string
	// Steps are carried out in order.
	Steps []Step
	// Checks judge the history.
	Checks []Check
	// AsWritten leaves the fixture's pods as a reader would apply them: no
	// hardened security context.
	AsWritten bool
	// Alone says that it disturbs others on the node, and runs when all others
	// are done.
	Alone bool
}

// A Check is what judges one requirement.
type Check struct {
	Requirement string
	Judge       judge.Check
	// File and Line are where it stands, relative to the repository.
	File string
	Line int
}

// S is what the body of a scenario declares it with.
type S struct{ s *Scenario }

// Do appends steps.
func (s *S) Do(steps ...Step) { s.s.Steps = append(s.s.Steps, steps...) }

// Check appends the check of a requirement.
func (s *S) Check(id string, check judge.Check) {
	_, file, line, _ := runtime.Caller(1)
	s.s.Checks = append(s.s.Checks, Check{Requirement: id, Judge: check, File: relative(file), Line: line})
}

// AsWritten says that the pods are created as the manifest has them, for
// demonstrations that a reader would apply by hand.
func (s *S) AsWritten() { s.s.AsWritten = true }

// Alone says that the scenario disturbs others on the node or in the cluster: it
// restarts a kubelet, taints a node, fills it up. It runs when all others are
// done.
func (s *S) Alone() { s.s.Alone = true }

// relative cuts a file's path down to what follows the repository's root, so
// that it reads the same wherever it was built (-trimpath or not).
func relative(file string) string {
	file = path.Clean(strings.ReplaceAll(file, "\\", "/"))
	if i := strings.LastIndex(file, "/suites/"); i >= 0 {
		return file[i+1:]
	}
	return file
}

// Label is the scenario's value of recorder.ScenarioLabel.
func (s *Scenario) Label() string { return strings.ReplaceAll(s.Name, "/", ".") }

// Area is the first part of the name.
func (s *Scenario) Area() string { return path.Dir(s.Name) }

// Judge judges a history by the checks of the scenario whose requirement is
// selected (all where selected is nil). The results lack what only the run
// knows: its path, start and duration are set from the history.
func (s *Scenario) Judge(h *history.History, selected func(id string) bool) []requirement.Result {
	var results []requirement.Result
	for _, c := range s.Checks {
		if selected != nil && !selected(c.Requirement) {
			continue
		}
		r := judge.Evaluate(c.Judge, h)
		r.Requirement, r.Scenario, r.File, r.Line = c.Requirement, s.Name, c.File, c.Line
		r.History = HistoryPath(s.Name)
		r.Started = h.Header.Started
		if h.Footer != nil {
			r.Seconds = h.Footer.Ended.Sub(h.Header.Started).Seconds()
		}
		results = append(results, r)
	}
	return results
}

// Margins returns, by requirement, the times that the checks held against bounds.
func (s *Scenario) Margins(h *history.History) map[string][]history.Margin {
	margins := map[string][]history.Margin{}
	for _, c := range s.Checks {
		margins[c.Requirement] = judge.Margins(c.Judge, h)
	}
	return margins
}

// HistoryPath is where a scenario's history stands below the artifacts
// directory.
func HistoryPath(name string) string { return "histories/" + name + ".jsonl" }

// registry holds what Describe registered. It is only written by package
// initialisation.
var registry []*Scenario

// All returns the registered scenarios, by name.
func All() []*Scenario {
	all := slices.Clone(registry)
	slices.SortFunc(all, func(a, b *Scenario) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Lookup returns the scenario of that name. For an unknown one the error
// suggests the nearest.
func Lookup(name string) (*Scenario, error) {
	var names []string
	for _, s := range All() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, fmt.Errorf("unknown scenario %q%s", name, requirement.Suggest(name, names))
}

// Validate returns an error for every requirement of the catalogue without a
// check, every check without a requirement, and every requirement that two
// checks claim.
func Validate(c *requirement.Catalogue, scenarios []*Scenario) error {
	var problems []string
	checked := map[string]string{}
	for _, s := range scenarios {
		if len(s.Checks) == 0 {
			problems = append(problems, fmt.Sprintf("scenario %s has no check", s.Name))
		}
		for _, check := range s.Checks {
			if _, err := c.Get(check.Requirement); err != nil {
				problems = append(problems, fmt.Sprintf("%s:%d: %v", check.File, check.Line, err))
			}
			if first, twice := checked[check.Requirement]; twice {
				problems = append(problems, fmt.Sprintf("%s:%d: requirement %s is already checked in %s", check.File, check.Line, check.Requirement, first))
			}
			checked[check.Requirement] = s.Name
		}
	}
	for _, r := range c.All() {
		switch {
		case r.Untestable != "" && checked[r.ID] != "":
			problems = append(problems, fmt.Sprintf("requirement %s is said to be untestable, and %s checks it", r.ID, checked[r.ID]))
		case r.Untestable == "" && checked[r.ID] == "":
			problems = append(problems, fmt.Sprintf("requirement %s has no check", r.ID))
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("the catalogue and the suites do not agree:\n  %s", strings.Join(problems, "\n  "))
	}
	return nil
}
