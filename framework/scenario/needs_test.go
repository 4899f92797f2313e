package scenario

import (
	"slices"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func TestNeeds(t *testing.T) {
	s := &Scenario{Name: "eviction/job", Steps: []Step{AwaitReady(), Exec("p", "c", "true"), Exec("p", "c", "true"), Try(Evict())}}
	needs, err := s.Needs()
	if want := []requirement.Need{requirement.NeedJobs, requirement.NeedExec}; err != nil || !slices.Equal(needs, want) {
		t.Errorf("%v, %v; want %v: what is only tried is no need", needs, err, want)
	}
	if _, err := (&Scenario{Name: "no/such"}).Needs(); err == nil {
		t.Error("no fixture and no error")
	}
}

func TestValidateNeeds(t *testing.T) {
	s := &Scenario{Name: "preflight", Steps: []Step{Exec("p", "c", "true")}, Checks: []Check{{Requirement: "grace.default-30", File: "x.go"}}}
	err := ValidateNeeds([]*Scenario{s})
	if err == nil || err.Error() != "x.go: requirement grace.default-30 does not list the need pods/exec of scenario preflight" {
		t.Errorf("error %v", err)
	}
	s.Steps = nil
	if err := ValidateNeeds([]*Scenario{s}); err != nil {
		t.Error(err)
	}
}
