package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"
	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
	_ "github.com/hookcheck/hookcheck/suites" // registers every scenario
)

// selection is which requirements the user asked for.
type selection struct {
	requirements []string
	profiles     []string
	level        string
	labelFilter  string
	// rerunOf is the run whose failures are run again; empty for others.
	rerunOf string
}

// flags adds the flags; profiles are the default of --profile.
func (p *selection) flags(cmd *cobra.Command, profiles ...requirement.Profile) {
	var defaults []string
	for _, profile := range profiles {
		defaults = append(defaults, string(profile))
	}
	f := cmd.Flags()
	f.StringSliceVarP(&p.requirements, "requirement", "r", nil, "only these requirements; * stands for anything, as in 'grace.*'")
	f.StringSliceVar(&p.profiles, "profile", defaults, "only the requirements of these profiles: core, extended, node")
	f.StringVar(&p.level, "level", levelObserved, "only requirements this binding: must (MUST and MUST NOT), should (also SHOULD and MAY), observed (all)")
	f.StringVar(&p.labelFilter, "label-filter", "", "only requirements whose labels match this Ginkgo label filter, e.g. 'area:grace && level:MUST'")
}

// The values of --level.
const (
	levelMust     = "must"
	levelShould   = "should"
	levelObserved = "observed"
)

// levels returns the levels that --level asks for.
func (p *selection) levels() ([]requirement.Level, error) {
	least := map[string]requirement.Level{levelMust: requirement.MustNot, levelShould: requirement.May, levelObserved: requirement.Observed}
	last, ok := least[p.level]
	if !ok {
		return nil, usage("unknown level %q%s", p.level, requirement.Suggest(p.level, []string{levelMust, levelShould, levelObserved}))
	}
	return requirement.Levels[:slices.Index(requirement.Levels, last)+1], nil
}

// leastLevel is --level for the report; empty where it selects everything.
func (p *selection) leastLevel() string {
	if p.level == levelObserved {
		return ""
	}
	return p.level
}

// meta is the selection for the report.
func (p *selection) meta(noKnown bool) reports.Selection {
	return reports.Selection{Profile: requirement.Profile(strings.Join(p.profiles, ",")), Requirements: p.requirements, LabelFilter: p.labelFilter,
		Level: p.leastLevel(), NoKnown: noKnown, RerunOf: p.rerunOf}
}

// resolve returns the selected requirements in the order of the catalogue.
// Naming something that does not exist, or selecting nothing, is an error.
func (p *selection) resolve() ([]requirement.Requirement, error) {
	catalogue, err := requirement.Load()
	if err != nil {
		return nil, err
	}
	if err := scenario.Validate(catalogue, scenario.All()); err != nil {
		return nil, err
	}
	known := make([]string, 0, len(requirement.Profiles))
	for _, profile := range requirement.Profiles {
		known = append(known, string(profile))
	}
	for _, profile := range p.profiles {
		if !slices.Contains(known, profile) {
			return nil, usage("unknown profile %q%s", profile, requirement.Suggest(profile, known))
		}
	}
	levels, err := p.levels()
	if err != nil {
		return nil, err
	}
	for _, name := range p.requirements {
		if err := p.check(catalogue, name); err != nil {
			return nil, err
		}
	}
	filter, err := types.ParseLabelFilter(p.labelFilter)
	if err != nil {
		return nil, usage("--label-filter: %s", plain(err.Error()))
	}
	var selected []requirement.Requirement
	for _, r := range catalogue.All() {
		named := slices.ContainsFunc(p.requirements, func(name string) bool { return matches(name, r.ID) })
		if len(p.requirements) > 0 && !named {
			continue
		}
		if slices.Contains(p.profiles, string(r.Profile)) && slices.Contains(levels, r.Level) && filter(scenario.Labels(r)) {
			selected = append(selected, r)
		}
	}
	if len(selected) == 0 {
		return nil, usage("nothing is selected: no requirement has what --requirement, --profile, --level and --label-filter ask for together; see `hookcheck list`")
	}
	return selected, nil
}

// again selects what has no good verdict in a run's directory: what is red,
// inconclusive or was not run, whatever its profile.
func (p *selection) again(dir string) error {
	earlier, err := reportOf(dir)
	if err != nil {
		return fmt.Errorf("--rerun-failed: %w", err)
	}
	if earlier.Run.DryRun {
		return usage("--rerun-failed: %s is a dry run, in which nothing failed", dir)
	}
	p.requirements, p.rerunOf = nil, earlier.Run.ID
	for _, e := range earlier.Results {
		switch e.Verdict {
		case requirement.NonConformant, requirement.UnexpectedPass, requirement.Inconclusive, requirement.NotRun:
			p.requirements = append(p.requirements, e.Requirement)
		}
	}
	if len(p.requirements) == 0 {
		return usage("--rerun-failed: nothing in %s is red, inconclusive or not run", dir)
	}
	p.profiles = nil
	for _, profile := range requirement.Profiles {
		p.profiles = append(p.profiles, string(profile))
	}
	return nil
}

// check refuses a name that is no requirement, or a pattern that fits none.
func (p *selection) check(catalogue *requirement.Catalogue, name string) error {
	if !strings.ContainsAny(name, "*?[") {
		if _, err := catalogue.Get(name); err != nil {
			return usage("%w; see `hookcheck list`", err)
		}
		return nil
	}
	for _, r := range catalogue.All() {
		if matches(name, r.ID) {
			return nil
		}
	}
	return usage("no requirement matches %q; see `hookcheck list`", name)
}

func matches(pattern, id string) bool {
	ok, err := path.Match(pattern, id)
	return ok && err == nil
}

// escapes are the terminal's colours, which Ginkgo puts into its errors.
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// plain makes one line of a message for a terminal.
func plain(message string) string {
	return strings.Join(strings.Fields(escapes.ReplaceAllString(message, "")), " ")
}
