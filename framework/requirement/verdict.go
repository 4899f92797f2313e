package requirement

import (
	"slices"
	"time"

	"github.com/hookcheck/hookcheck/framework/rewrite"
)

// Verdict is what a check says of a requirement.
type Verdict string

// The verdicts.
const (
	Conformant    Verdict = "conformant"
	NonConformant Verdict = "non-conformant"
	Inconclusive  Verdict = "inconclusive"
	NotApplicable Verdict = "not applicable"
	NotRun        Verdict = "not run"
	// KnownDeviation is what a non-conformant result becomes where the
	// requirement lists the deviation for the version, and UnexpectedPass what
	// a conformant one becomes there: the list, or the check, is wrong.
	KnownDeviation Verdict = "known deviation"
	UnexpectedPass Verdict = "unexpected pass"
)

// Verdicts lists the verdicts, the most serious first.
var Verdicts = []Verdict{NonConformant, UnexpectedPass, Inconclusive, NotRun, KnownDeviation, NotApplicable, Conformant}

// A Result is the verdict on one requirement in one run, with its evidence.
type Result struct {
	// Requirement is its id.
	Requirement string `json:"requirement"`
	// Scenario is area/name of the one that it was judged from; empty where no
	// scenario ran.
	Scenario string `json:"scenario"`
	// Verdict is what came of it.
	Verdict Verdict `json:"verdict"`
	// Reason is one line that says why; empty for conformant. For not
	// applicable and not run it begins with a reason code and a colon.
	Reason string `json:"reason,omitempty"`
	// Expected and Seen state the contradiction of a non-conformant result.
	Expected string `json:"expected,omitempty"`
	Seen     string `json:"seen,omitempty"`
	// Outcome is which of several permitted outcomes was seen.
	Outcome string `json:"outcome,omitempty"`
	// Window is the part of the timeline that the check decided from.
	Window string `json:"window,omitempty"`
	// Evidence are the sequence numbers of the events it decided from.
	Evidence []int `json:"evidence,omitempty"`
	// Span is the time in which they lie; nil where there are none.
	Span *Span `json:"span,omitempty"`
	// Rewritten is what of the scenario's pods was stored otherwise than it was
	// written.
	Rewritten []rewrite.Change `json:"rewritten,omitempty"`
	// Measurements are what the check measured, by name, in seconds.
	Measurements map[string]Measurement `json:"measurements,omitempty"`
	// History is the path of the history, relative to the artifacts directory.
	History string `json:"history,omitempty"`
	// HistoryDigest is that of the file when it was written: see history.Digest.
	HistoryDigest string `json:"historyDigest,omitempty"`
	// Started and Seconds tell when the scenario began (the runner's clock)
	// and how long it took.
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	// File and Line are where the check stands, relative to the repository.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// A Span is a part of a history, in seconds from its start on the runner's clock.
type Span struct {
	// From and To are the first and the last event's.
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// Blame puts what was rewritten, if anything was, before the reason of a verdict
// that may be due to it.
func (r *Result) Blame() {
	if len(r.Rewritten) > 0 {
		r.Reason = rewrite.Summary(r.Rewritten) + " – " + r.Reason
	}
}

// A Measurement is a number taken from a history, with its error.
type Measurement struct {
	// Count is how many samples there are. Min, Median, P90 (at most a tenth is
	// above) and Max are in seconds.
	Count  int     `json:"count"`
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	Max    float64 `json:"max"`
	// Error is the largest error of a sample, in seconds.
	Error float64 `json:"error"`
}

// Measure makes a measurement of at least one sample, in seconds. Of an even
// number the upper one of the two in the middle is the median.
func Measure(seconds []float64, largestError float64) Measurement {
	sorted := slices.Sorted(slices.Values(seconds))
	n := len(sorted)
	return Measurement{Count: n, Min: sorted[0], Median: sorted[n/2], P90: sorted[(9*n+9)/10-1], Max: sorted[n-1], Error: largestError}
}
