package trial

import (
	"slices"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

func scenarioOf(name string, ids ...string) *scenario.Scenario {
	s := &scenario.Scenario{Name: name}
	for _, id := range ids {
		s.Checks = append(s.Checks, scenario.Check{Requirement: id})
	}
	return s
}

func samplePlan() plan {
	alone := scenarioOf("d", "d.one")
	alone.Alone = true
	return plan{
		requirements: []requirement.Requirement{{ID: "a.one"}, {ID: "a.two"}, {ID: "b.one"}, {ID: "c.one", Profile: requirement.Node}, {ID: "d.one"}, {ID: "e.one"}},
		scenarios: []*scenario.Scenario{scenarioOf("a", "a.one", "b.one"), scenarioOf("b", "a.two"), scenarioOf("c", "c.one"), alone,
			scenarioOf("e", "e.one")},
	}
}

func names(scenarios []*scenario.Scenario) (names []string) {
	for _, s := range scenarios {
		names = append(names, s.Name)
	}
	return names
}

func TestStages(t *testing.T) {
	p := samplePlan()
	d := mutant.Definition{Expect: []string{"b.*"}, Related: []string{"a.*"}}
	named := p.named(d)
	if got := names(named[0]); !slices.Equal(got, []string{"a"}) {
		t.Errorf("first %v, want a", got)
	}
	if got := names(named[1]); !slices.Equal(got, []string{"b"}) {
		t.Errorf("then %v, want b alone: a has run", got)
	}
	if got := names(p.rest(d)); !slices.Equal(got, []string{"e"}) {
		t.Errorf("at last %v, want e alone: c and d disturb the node", got)
	}
	if got := judged(named[0]); !slices.Equal(got, []string{"a.one", "b.one"}) {
		t.Errorf("a judges %v", got)
	}
}

func TestAlone(t *testing.T) {
	p := samplePlan()
	for _, test := range []struct {
		name string
		d    mutant.Definition
		want bool
	}{
		{"in its namespace", mutant.Definition{Expect: []string{"a.one"}}, false},
		{"global", mutant.Definition{Expect: []string{"a.one"}, Global: true}, true},
		{"profile node", mutant.Definition{Expect: []string{"c.one"}}, true},
		{"a relative that runs alone", mutant.Definition{Expect: []string{"a.one"}, Related: []string{"d.one"}}, true},
	} {
		if got := p.alone(test.d); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

func TestLongestFirst(t *testing.T) {
	definitions := []mutant.Definition{{ID: "short"}, {ID: "new"}, {ID: "long"}, {ID: "newer"}}
	got := longestFirst(definitions, map[string]float64{"short": 10, "long": 300, "gone": 1000})
	if want := []int{1, 3, 2, 0}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
