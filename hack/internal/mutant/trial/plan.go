package trial

import (
	"cmp"
	"math"
	"path"
	"slices"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

// plan knows which scenario judges which requirement.
type plan struct {
	requirements []requirement.Requirement
	scenarios    []*scenario.Scenario
}

// matching returns the ids that one of the patterns matches.
func (p plan) matching(patterns []string) (ids []string) {
	for _, r := range p.requirements {
		if slices.ContainsFunc(patterns, func(pattern string) bool {
			ok, err := path.Match(pattern, r.ID)
			return ok && err == nil
		}) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// of returns the scenarios that judge one of the requirements.
func (p plan) of(ids []string) (scenarios []*scenario.Scenario) {
	for _, s := range p.scenarios {
		if slices.ContainsFunc(s.Checks, func(c scenario.Check) bool { return slices.Contains(ids, c.Requirement) }) {
			scenarios = append(scenarios, s)
		}
	}
	return scenarios
}

// judged returns what the scenarios judge: who runs one for one requirement gets the verdicts on the others, too.
func judged(scenarios []*scenario.Scenario) (ids []string) {
	for _, s := range scenarios {
		for _, c := range s.Checks {
			ids = append(ids, c.Requirement)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// named are the scenarios to run for a mutant, in this order, until one kills it: those of the requirements that its
// definition expects, then those of their relatives.
func (p plan) named(d mutant.Definition) [][]*scenario.Scenario {
	first := p.of(p.matching(d.Expect))
	return [][]*scenario.Scenario{first, without(p.of(p.matching(d.Related)), first)}
}

// rest are all other scenarios but those that disturb the node: they take minutes, and nobody looks there for what
// else a survivor may have broken.
func (p plan) rest(d mutant.Definition) []*scenario.Scenario {
	rest := p.scenarios
	for _, named := range p.named(d) {
		rest = without(rest, named)
	}
	return slices.DeleteFunc(slices.Clone(rest), p.onNode)
}

// alone says whether the mutant, or a scenario that it is tried with, acts on more than its own namespace.
func (p plan) alone(d mutant.Definition) bool {
	return d.Global || slices.ContainsFunc(p.of(append(p.matching(d.Expect), p.matching(d.Related)...)), p.onNode)
}

// onNode says whether a scenario disturbs others on its node.
func (p plan) onNode(s *scenario.Scenario) bool {
	return s.Alone || slices.ContainsFunc(s.Checks, func(c scenario.Check) bool {
		return slices.ContainsFunc(p.requirements, func(r requirement.Requirement) bool {
			return r.ID == c.Requirement && r.Profile == requirement.Node
		})
	})
}

func without(all, some []*scenario.Scenario) []*scenario.Scenario {
	return slices.DeleteFunc(slices.Clone(all), func(s *scenario.Scenario) bool { return slices.Contains(some, s) })
}

// longestFirst are the indices of the definitions in the order in which they begin: those of which it is not known
// how long they take first, then the longest.
func longestFirst(definitions []mutant.Definition, took map[string]float64) (order []int) {
	for i := range definitions {
		order = append(order, i)
	}
	seconds := func(i int) float64 {
		if s, known := took[definitions[i].ID]; known {
			return s
		}
		return math.Inf(1)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(seconds(b), seconds(a)) })
	return order
}
