package scenario

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// A Runner carries scenarios through. Results returns the verdicts of one,
// running it first unless that was done ahead.
type Runner interface {
	Results(ctx context.Context, s *Scenario) ([]requirement.Result, error)
}

// runner is what the specs ask. A process runs one suite at a time, and Ginkgo
// offers no other way to hand something to specs that are built at
// initialisation.
var runner struct {
	sync.Mutex
	Runner
	aborted error
}

// Use sets the runner for the specs of this process.
func Use(r Runner) {
	runner.Lock()
	defer runner.Unlock()
	runner.Runner = r
}

// Aborted returns why the specs of this process were given up, or nil.
func Aborted() error {
	runner.Lock()
	defer runner.Unlock()
	return runner.aborted
}

// Labels are those of a requirement's spec, for Ginkgo's --label-filter: area,
// profile, level and the requirement itself, e.g. `area:grace && level:MUST`.
func Labels(r requirement.Requirement) []string {
	return []string{"area:" + r.Area, "profile:" + string(r.Profile),
		"level:" + strings.ReplaceAll(string(r.Level), " ", "-"), "requirement:" + r.ID}
}

// Describe declares a scenario. name is <area>/<stem>: that of the suite file
// and of the fixture in fixtures/manifests. It is called in a package variable
// and always returns true.
func Describe(title, name string, body func(*S)) bool {
	s := &Scenario{Name: name, Title: title}
	body(&S{s})
	registry = append(registry, s)
	catalogue, err := requirement.Load()
	if err != nil {
		panic(err) // the embedded catalogue is tested: only a broken build comes here
	}
	return ginkgo.Describe(name, ginkgo.Ordered, ginkgo.ContinueOnFailure, ginkgo.Offset(1), func() {
		for _, check := range s.Checks {
			r, _ := catalogue.Get(check.Requirement) // an unknown one is reported by Validate
			ginkgo.It(check.Requirement, ginkgo.Label(Labels(r)...), func(ctx ginkgo.SpecContext) {
				report(ctx, s, check.Requirement)
			})
		}
	})
}

// report waits for the verdict of one requirement and tells Ginkgo.
func report(ctx context.Context, s *Scenario, id string) {
	runner.Lock()
	r := runner.Runner
	runner.Unlock()
	if r == nil {
		ginkgo.Skip("no cluster: run it by `hookcheck run`, or set HOOKCHECK_KUBECONFIG")
	}
	results, err := r.Results(ctx, s)
	if err != nil {
		runner.Lock()
		runner.aborted = err
		runner.Unlock()
		ginkgo.AbortSuite(err.Error(), 1)
	}
	for _, result := range results {
		if result.Requirement != id {
			continue
		}
		switch result.Verdict {
		case requirement.Conformant:
		case requirement.NotApplicable, requirement.NotRun:
			ginkgo.Skip(result.Reason)
		case requirement.KnownDeviation:
			ginkgo.Skip("known deviation: " + result.Reason)
		default:
			ginkgo.Fail(fmt.Sprintf("%s: %s\n%s", result.Verdict, result.Reason, result.Window))
		}
		return
	}
	ginkgo.Skip("not selected")
}
