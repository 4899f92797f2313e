package scenario

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// kinds are what a fixture's objects need to be created.
var kinds = map[string]requirement.Need{
	"Deployment":          requirement.NeedDeployments,
	"Job":                 requirement.NeedJobs,
	"Namespace":           requirement.NeedNamespaces,
	"NetworkPolicy":       requirement.NeedNetworkPolicies,
	"PodDisruptionBudget": requirement.NeedBudgets,
	"PriorityClass":       requirement.NeedPriorityClasses,
	"ReplicaSet":          requirement.NeedWorkloads,
	"Service":             requirement.NeedServices,
	"StatefulSet":         requirement.NeedWorkloads,
}

// Needs returns what a scenario cannot do without: for the kinds of its objects
// and for its steps.
func (s *Scenario) Needs() ([]requirement.Need, error) {
	objects, err := ReadFixture(s.Name)
	if err != nil {
		return nil, err
	}
	var needs []requirement.Need
	for _, o := range objects {
		if need, ok := kinds[o.GetKind()]; ok {
			needs = append(needs, need)
		}
	}
	for _, step := range s.Steps {
		needs = append(needs, step.Needs...)
	}
	slices.Sort(needs)
	return slices.Compact(needs), nil
}

// ValidateNeeds returns an error for every requirement that does not list what
// its scenario needs: where that is missing the scenario would fail, and the
// verdict be inconclusive instead of not applicable.
func ValidateNeeds(scenarios []*Scenario) error {
	catalogue, err := requirement.Load()
	if err != nil {
		return err
	}
	var problems []error
	for _, s := range scenarios {
		needs, err := s.Needs()
		if err != nil {
			problems = append(problems, err)
			continue
		}
		for _, check := range s.Checks {
			r, err := catalogue.Get(check.Requirement)
			if err != nil {
				problems = append(problems, err)
				continue
			}
			for _, need := range needs {
				if !slices.Contains(r.Needs, need) {
					problems = append(problems, fmt.Errorf("%s: requirement %s does not list the need %s of scenario %s", check.File, r.ID, need, s.Name))
				}
			}
		}
	}
	return errors.Join(problems...)
}
