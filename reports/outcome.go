package reports

import (
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Outcome says in one word how a run ended.
type Outcome string

// The outcomes.
const (
	Conformant    Outcome = "conformant"
	NonConformant Outcome = "non-conformant"
	Inconclusive  Outcome = "inconclusive"
	Interrupted   Outcome = "interrupted"
	Error         Outcome = "error"
	DryRun        Outcome = "dry run"
)

// Outcomes are all of them.
var Outcomes = []Outcome{Conformant, NonConformant, Inconclusive, Interrupted, Error, DryRun}

// The exit codes of the command. ExitUsage never comes out of a report: who
// misspells a flag gets no run.
const (
	ExitConformant    = 0
	ExitNonConformant = 1
	ExitUsage         = 2
	ExitInconclusive  = 3   // also: the environment failed
	ExitInterrupted   = 130 // 128 + SIGINT, as shells have it
)

// The reason codes of a requirement that did not run.
const (
	codeInterrupted = "interrupted"
	codeDryRun      = "dry-run"
	codeSetupFailed = "setup-failed"
	codeBrokeOff    = "broke-off"
	codeNoResult    = "no-result"
)

// displayOrder is that of the verdicts in tables and counts: how much is well,
// and then what is not, the most serious first.
var displayOrder = []requirement.Verdict{
	requirement.Conformant, requirement.NonConformant, requirement.UnexpectedPass, requirement.Inconclusive,
	requirement.NotRun, requirement.KnownDeviation, requirement.NotApplicable,
}

// A Summary counts requirements by verdict.
type Summary struct {
	// Conformant, NonConformant, UnexpectedPass, Inconclusive, NotRun,
	// KnownDeviation and NotApplicable are how many results have that verdict.
	Conformant     int `json:"conformant"`
	NonConformant  int `json:"nonConformant"`
	UnexpectedPass int `json:"unexpectedPass"`
	Inconclusive   int `json:"inconclusive"`
	NotRun         int `json:"notRun"`
	KnownDeviation int `json:"knownDeviation"`
	NotApplicable  int `json:"notApplicable"`
}

// Add counts one more of verdict v. What is no known verdict is counted as
// inconclusive, so that it cannot pass for success.
func (s *Summary) Add(v requirement.Verdict) { *s.field(v)++ }

// Count returns how many have verdict v.
func (s Summary) Count(v requirement.Verdict) int { return *s.field(v) }

// Total returns how many there are.
func (s Summary) Total() int {
	return s.Conformant + s.NonConformant + s.UnexpectedPass + s.Inconclusive + s.NotRun + s.KnownDeviation + s.NotApplicable
}

// Red returns how many make a run not conformant: what is violated, and what
// the catalogue says would be and is not.
func (s Summary) Red() int { return s.NonConformant + s.UnexpectedPass }

func (s *Summary) field(v requirement.Verdict) *int {
	switch v {
	case requirement.Conformant:
		return &s.Conformant
	case requirement.NonConformant:
		return &s.NonConformant
	case requirement.UnexpectedPass:
		return &s.UnexpectedPass
	case requirement.KnownDeviation:
		return &s.KnownDeviation
	case requirement.NotApplicable:
		return &s.NotApplicable
	case requirement.NotRun:
		return &s.NotRun
	default:
		return &s.Inconclusive
	}
}

// Decide returns the outcome of a run and its exit code. In this order:
//
//   - a dry run has no verdict, and is no success;
//   - a run that was stopped is interrupted, whatever it had found;
//   - one violated requirement, of any level, is non-conformant: nothing that
//     is missing could take it back; so is an unexpected pass, since either the
//     catalogue or the check is wrong;
//   - a failed set-up is an error, and so is what breaks a run off;
//   - an inconclusive requirement, or one that was selected and did not run, is
//     inconclusive, and so is a run in which nothing was judged, since what does
//     not apply proves nothing;
//   - all else is conformant, known deviations included: they are shown, and
//     nobody who runs the suite can mend them.
func Decide(s Summary, run Run) (Outcome, int) {
	switch {
	case run.DryRun:
		return DryRun, ExitInconclusive
	case run.Interrupted:
		return Interrupted, ExitInterrupted
	case s.Red() > 0:
		return NonConformant, ExitNonConformant
	case run.Error != "":
		return Error, ExitInconclusive
	case s.Inconclusive > 0, s.NotRun > 0, s.Conformant+s.KnownDeviation == 0:
		return Inconclusive, ExitInconclusive
	default:
		return Conformant, ExitConformant
	}
}

// reasonCode returns what stands before the first colon of a reason, or "".
func reasonCode(reason string) string {
	code, _, found := strings.Cut(reason, ":")
	if !found {
		return ""
	}
	return code
}
