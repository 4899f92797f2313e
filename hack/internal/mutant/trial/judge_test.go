package trial

import (
	"errors"
	"slices"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/matrix"
)

func result(id string, v requirement.Verdict) requirement.Result {
	return requirement.Result{Requirement: id, Verdict: v}
}

func TestJudge(t *testing.T) {
	red, green := requirement.NonConformant, requirement.Conformant
	named := mutant.Definition{ID: "K01", Expect: []string{"a.one"}, Related: []string{"a.two"}}
	fix, harmless := named, named
	fix.Role, harmless.Role = mutant.Fix, mutant.Harmless
	for _, test := range []struct {
		name string
		d    mutant.Definition
		seen []requirement.Result
		err  error
		want matrix.Outcome
	}{
		{"the expected one", named, []requirement.Result{result("a.one", red)}, nil, matrix.Killed},
		{"a relative", named, []requirement.Result{result("a.one", green), result("a.two", red)}, nil, matrix.Killed},
		{"killed, then the run broke", named, []requirement.Result{result("a.one", red)}, errors.New("broken"), matrix.Killed},
		{"another one only", named, []requirement.Result{result("a.one", green), result("b.one", red)}, nil, matrix.Survived},
		{"red before", mutant.Definition{ID: "K02", Expect: []string{"e.one"}}, []requirement.Result{result("e.one", red)}, nil, matrix.Survived},
		{"inconclusive", named, []requirement.Result{result("a.one", requirement.Inconclusive)}, nil, matrix.Survived},
		{"broken", named, nil, errors.New("broken"), matrix.Unclear},
		{"fixed", fix, []requirement.Result{result("a.one", requirement.UnexpectedPass)}, nil, matrix.Holds},
		{"not fixed", fix, []requirement.Result{result("a.one", requirement.KnownDeviation)}, nil, matrix.Fails},
		{"harmless", harmless, []requirement.Result{result("a.one", green)}, nil, matrix.Holds},
		{"broken, and so not shown to be harmless", harmless, nil, errors.New("broken"), matrix.Unclear},
		{"broken, and so not fixed", fix, nil, errors.New("broken"), matrix.Unclear},
		{"not harmless", harmless, []requirement.Result{result("b.one", red)}, nil, matrix.Fails},
	} {
		trial := &Trial{plan: samplePlan(), stock: map[string]requirement.Verdict{"a.one": green, "a.two": green, "b.one": green, "e.one": requirement.Inconclusive}}
		var line matrix.Mutant
		trial.judge(&line, test.d, test.seen, test.err)
		if line.Outcome != test.want {
			t.Errorf("%s: %s (%s), want %s", test.name, line.Outcome, line.Reason, test.want)
		}
	}
}

func TestRedOnlyOnce(t *testing.T) {
	trial := &Trial{plan: samplePlan(), stock: map[string]requirement.Verdict{"a.one": requirement.Conformant}}
	twice := []requirement.Result{result("a.one", requirement.NonConformant), result("a.one", requirement.NonConformant)}
	if got := trial.red(twice); !slices.Equal(got, []string{"a.one"}) {
		t.Errorf("red: %v", got)
	}
}

func TestTolerated(t *testing.T) {
	deviates := requirement.Deviation{Judged: requirement.JudgedDocumented, Since: "1.27", Until: "1.36"}
	for _, test := range []struct {
		name, version string
		deviation     *requirement.Deviation
		want          bool
	}{
		{"a version that deviates", "v1.36.4", &deviates, true},
		{"one that does not", "v1.37.0", &deviates, false},
		{"no deviation", "v1.36.4", nil, false},
	} {
		trial := &Trial{Options: Options{Kubernetes: test.version}}
		if got := trial.tolerated(requirement.Requirement{ID: "a.one", Deviation: test.deviation}); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}
