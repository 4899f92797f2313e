package peer

import (
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func catalogue(t *testing.T) *requirement.Catalogue {
	t.Helper()
	c, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCoverage(t *testing.T) {
	c, err := LoadCoverage(catalogue(t))
	if err != nil {
		t.Fatal(err)
	}
	for set, want := range map[Set]int{Conformance: 5, Hooks: 20, Termination: 32} {
		if got := len(c.Of(set)); got != want {
			t.Errorf("%d specs in set %s, want %d", got, set, want)
		}
	}
	for _, e := range c.Of(Conformance) {
		if !slices.Contains(c.Of(Hooks).Specs(), e.Spec) {
			t.Errorf("%s is of the conformance set and not of the hooks", e.Spec)
		}
	}
	sees, partly := c.Requirements()
	for _, id := range partly {
		if slices.Contains(sees, id) {
			t.Errorf("%s is seen, and in part only", id)
		}
	}
}

func TestCoverageProblems(t *testing.T) {
	for _, tc := range []struct{ name, yaml, want string }{
		{"good", "- {spec: a, set: hooks, sees: [prestop.before-term], partly: [prestop.once]}", ""},
		{"only beyond", "- {spec: a, set: termination, beyond: a metric}", ""},
		{"only a note", "- {spec: a, set: hooks, note: It cannot fail.}", ""},
		{"unknown requirement", "- {spec: a, set: hooks, sees: [prestop.before-trem]}", "prestop.before-term"},
		{"unknown set", "- {spec: a, set: conformance, note: b}", `set "conformance" is neither hooks nor termination`},
		{"nothing", "- {spec: a, set: hooks}", "it sees nothing"},
		{"seen twice", "- {spec: a, set: hooks, sees: [prestop.once], partly: [prestop.once]}", "prestop.once is there twice"},
		{"listed twice", "- {spec: a, set: hooks, note: b}\n- {spec: a, set: hooks, note: b}", `spec "a" is there twice`},
		{"typo in a field", "- {spec: a, set: hooks, see: [prestop.once]}", `unknown field "see"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := parseCoverage([]byte(tc.yaml), catalogue(t))
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

func TestCheckSpecs(t *testing.T) {
	c := Coverage{{Spec: "hooks are run"}, {Spec: "pods end"}}
	if err := c.CheckSpecs([]string{"pods end", "another", "hooks are run"}); err != nil {
		t.Error(err)
	}
	err := c.CheckSpecs([]string{"hooks are ran", "pods end"})
	if err == nil || !strings.Contains(err.Error(), `lacks 1 of the 2 specs`) || !strings.Contains(err.Error(), "\nhooks are run") {
		t.Error(err)
	}
}

func TestRequirements(t *testing.T) {
	c := Coverage{
		{Sees: []string{"b"}, Partly: []string{"c", "d"}, Beyond: "x"},
		{Sees: []string{"a", "b"}, Partly: []string{"b"}, Beyond: "x"},
		{Sees: []string{"d"}, Beyond: "y"},
	}
	sees, partly := c.Requirements()
	if !slices.Equal(sees, []string{"a", "b", "d"}) || !slices.Equal(partly, []string{"c"}) || !slices.Equal(c.Beyond(), []string{"x", "y"}) {
		t.Error(sees, partly, c.Beyond())
	}
}
