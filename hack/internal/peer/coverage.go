package peer

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

//go:embed coverage.yaml
var coverageYAML []byte

// Set is a choice of specs.
type Set string

// The sets. Conformance is a part of Hooks: the specs of it that decide whether an offering may call itself Kubernetes.
const (
	Conformance Set = "conformance"
	Hooks       Set = "hooks"
	Termination Set = "termination"
)

// Sets lists the sets.
var Sets = []Set{Conformance, Hooks, Termination}

// Coverage says what each spec can see.
type Coverage []Entry

// Entry is one spec. Its fields are explained in coverage.yaml.
type Entry struct {
	Spec   string   `json:"spec"`
	Set    Set      `json:"set"`
	Sees   []string `json:"sees,omitempty"`
	Partly []string `json:"partly,omitempty"`
	Beyond string   `json:"beyond,omitempty"`
	Note   string   `json:"note,omitempty"`
}

// LoadCoverage reads the table and holds it to the catalogue of requirements.
func LoadCoverage(catalogue *requirement.Catalogue) (Coverage, error) {
	return parseCoverage(coverageYAML, catalogue)
}

func parseCoverage(data []byte, catalogue *requirement.Catalogue) (Coverage, error) {
	var c Coverage
	if err := yaml.UnmarshalStrict(data, &c); err != nil {
		return nil, fmt.Errorf("read the table of specs: %w", err)
	}
	var problems []error
	seen := map[string]bool{}
	for _, e := range c {
		for _, problem := range e.problems(catalogue) {
			problems = append(problems, fmt.Errorf("spec %q: %s", e.Spec, problem))
		}
		if seen[e.Spec] {
			problems = append(problems, fmt.Errorf("spec %q is there twice", e.Spec))
		}
		seen[e.Spec] = true
	}
	return c, errors.Join(problems...)
}

func (e Entry) problems(catalogue *requirement.Catalogue) []string {
	var problems []string
	if e.Set != Hooks && e.Set != Termination {
		problems = append(problems, fmt.Sprintf("set %q is neither %s nor %s", e.Set, Hooks, Termination))
	}
	if len(e.Sees)+len(e.Partly) == 0 && e.Beyond == "" && e.Note == "" {
		problems = append(problems, "it sees nothing, and there is no note that says why")
	}
	ids := slices.Concat(e.Sees, e.Partly)
	for i, id := range ids {
		r, err := catalogue.Get(id)
		switch {
		case err != nil:
			problems = append(problems, err.Error())
		case r.Untestable != "":
			problems = append(problems, id+" cannot be tested, the catalogue says")
		case slices.Contains(ids[:i], id):
			problems = append(problems, id+" is there twice")
		}
	}
	return problems
}

// CheckSpecs returns an error that names the specs of the table that the suite does not have.
func (c Coverage) CheckSpecs(listed []string) error {
	has := map[string]bool{}
	for _, name := range listed {
		has[name] = true
	}
	var missing []string
	for _, e := range c {
		if !has[e.Spec] {
			missing = append(missing, e.Spec)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the suite lacks %d of the %d specs of hack/internal/peer/coverage.yaml, which is of another version then:\n%s",
			len(missing), len(c), strings.Join(missing, "\n"))
	}
	return nil
}

// Of returns the entries of a set.
func (c Coverage) Of(set Set) Coverage {
	var of Coverage
	for _, e := range c {
		if e.Set == set || set == Conformance && e.Set == Hooks && strings.HasSuffix(e.Spec, " [Conformance]") {
			of = append(of, e)
		}
	}
	return of
}

// Specs lists the names.
func (c Coverage) Specs() []string {
	var names []string
	for _, e := range c {
		names = append(names, e.Spec)
	}
	return names
}

// Requirements lists what at least one of the specs sees, and what is seen in part only, each in order.
func (c Coverage) Requirements() (sees, partly []string) {
	for _, e := range c {
		sees = append(sees, e.Sees...)
		partly = append(partly, e.Partly...)
	}
	slices.Sort(sees)
	slices.Sort(partly)
	sees = slices.Compact(sees)
	partly = slices.DeleteFunc(slices.Compact(partly), func(id string) bool { return slices.Contains(sees, id) })
	return sees, partly
}

// Beyond lists what the specs judge and hookcheck does not, each once.
func (c Coverage) Beyond() []string {
	var beyond []string
	for _, e := range c {
		if e.Beyond != "" && !slices.Contains(beyond, e.Beyond) {
			beyond = append(beyond, e.Beyond)
		}
	}
	return beyond
}
