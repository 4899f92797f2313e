package reports

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// A Comparison is what a run B has otherwise than a run A.
type Comparison struct {
	A Side `json:"a"`
	B Side `json:"b"`
	// Identity is what was judged otherwise: versions, runtimes, selections.
	Identity []Difference `json:"identity"`
	// NewFailures are red in B and were not in A; Fixed the other way round.
	NewFailures []Change `json:"newFailures"`
	Fixed       []Change `json:"fixed"`
	// Changed have another verdict in both.
	Changed []Change `json:"changed"`
	// Coverage has what only one of the two has a verdict on.
	Coverage []Change `json:"coverage"`
	// Lost is how many of them A has a verdict on, and B none though they apply.
	Lost int `json:"lost"`
	// Same is how many have the same verdict, StillRed how many of those are red.
	Same     int `json:"same"`
	StillRed int `json:"stillRed"`
	// Shifts are measurements that moved by more than their error, of the Measured
	// ones that have enough samples in both runs.
	Shifts   []Shift `json:"shifts"`
	Measured int     `json:"measured"`
	// ExitCode is 1 where B has new failures, 3 where it has none and lost
	// something, else 0.
	ExitCode int `json:"exitCode"`
}

// A Side is one of two runs.
type Side struct {
	Run     string  `json:"run"`
	Outcome Outcome `json:"outcome"`
	Results int     `json:"results"`
}

// A Difference is a fact about the two runs.
type Difference struct {
	What string `json:"what"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// A Change is one requirement. A verdict is empty where the run did not select it.
type Change struct {
	Requirement string              `json:"requirement"`
	Level       requirement.Level   `json:"level"`
	Sentence    string              `json:"sentence"`
	A           requirement.Verdict `json:"a"`
	B           requirement.Verdict `json:"b"`
	// Why is B's reason, or A's where B has none.
	Why string `json:"why,omitempty"`
	// Reworded says that the two catalogues do not state the same.
	Reworded bool `json:"reworded,omitempty"`
}

// A Shift is a measurement that moved, in seconds.
type Shift struct {
	// Name is that of the measurement, after the requirement if it is one's own.
	Name string                  `json:"name"`
	A    requirement.Measurement `json:"a"`
	B    requirement.Measurement `json:"b"`
	// By is how much later the median is in B; Error what chance and clocks may
	// do to that.
	By    float64 `json:"by"`
	Error float64 `json:"error"`
}

// Compare compares a run with an earlier one, requirement by requirement.
func Compare(a, b Report) Comparison {
	c := Comparison{A: side(a), B: side(b), Identity: identity(a, b),
		NewFailures: []Change{}, Fixed: []Change{}, Changed: []Change{}, Coverage: []Change{}}
	before, after := byRequirement(a), byRequirement(b)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		c.add(before[id], after[id])
	}
	c.Shifts, c.Measured = shifts(a, b)
	switch {
	case len(c.NewFailures) > 0:
		c.ExitCode = ExitNonConformant
	case c.Lost > 0:
		c.ExitCode = ExitInconclusive
	}
	return c
}

// add sorts one requirement in. An entry without a verdict is one that was not
// selected.
func (c *Comparison) add(a, b Entry) {
	change := Change{Requirement: b.Requirement, Level: b.Level, Sentence: oneLine(b.Sentence), A: a.Verdict, B: b.Verdict, Why: oneLine(b.Reason)}
	if b.Verdict == "" {
		change.Requirement, change.Level, change.Sentence = a.Requirement, a.Level, oneLine(a.Sentence)
	}
	if change.Why == "" {
		change.Why = oneLine(a.Reason)
	}
	change.Reworded = a.Verdict != "" && b.Verdict != "" && oneLine(a.Sentence) != oneLine(b.Sentence)
	switch {
	case isRed(b.Verdict) && !isRed(a.Verdict):
		c.NewFailures = append(c.NewFailures, change)
	case isRed(a.Verdict) && !isRed(b.Verdict) && isDecided(b.Verdict):
		c.Fixed = append(c.Fixed, change)
	case isDecided(a.Verdict) != isDecided(b.Verdict), a.Verdict == "", b.Verdict == "":
		c.Coverage = append(c.Coverage, change)
		if isDecided(a.Verdict) && b.Verdict != requirement.NotApplicable {
			c.Lost++
		}
	case a.Verdict != b.Verdict:
		c.Changed = append(c.Changed, change)
	default:
		c.Same++
		if isRed(b.Verdict) {
			c.StillRed++
		}
	}
}

// isRed tells whether a verdict makes a run not conformant.
func isRed(v requirement.Verdict) bool {
	return v == requirement.NonConformant || v == requirement.UnexpectedPass
}

// isDecided tells whether a verdict says something of the cluster.
func isDecided(v requirement.Verdict) bool {
	return isRed(v) || v == requirement.Conformant || v == requirement.KnownDeviation
}

func byRequirement(r Report) map[string]Entry {
	entries := map[string]Entry{}
	for _, e := range r.Results {
		entries[e.Requirement] = e
	}
	return entries
}

func side(r Report) Side { return Side{Run: r.Run.ID, Outcome: r.Outcome, Results: len(r.Results)} }

// identity lists what may be the reason of other verdicts.
func identity(a, b Report) []Difference {
	list := []Difference{}
	add := func(what, of, other string) {
		if of != other {
			list = append(list, Difference{what, of, other})
		}
	}
	nodes := func(r Report, fact func(Node) string) string {
		facts := make([]string, 0, len(r.Cluster.Nodes))
		for _, n := range r.Cluster.Nodes {
			facts = append(facts, fact(n))
		}
		slices.Sort(facts)
		return strings.Join(slices.Compact(facts), ", ")
	}
	both := func(what string, fact func(Node) string) { add(what, nodes(a, fact), nodes(b, fact)) }
	add("hookcheck", a.Suite.Version, b.Suite.Version)
	add("catalogue", a.Catalogue.Digest, b.Catalogue.Digest)
	add("profile", string(a.Selection.Profile), string(b.Selection.Profile))
	add("requirements", strings.Join(a.Selection.Requirements, ","), strings.Join(b.Selection.Requirements, ","))
	add("label filter", a.Selection.LabelFilter, b.Selection.LabelFilter)
	add("level", a.Selection.Level, b.Selection.Level)
	add("known deviations judged like anything else", fmt.Sprint(a.Selection.NoKnown), fmt.Sprint(b.Selection.NoKnown))
	add("Kubernetes", a.Cluster.ServerVersion, b.Cluster.ServerVersion)
	both("kubelet", func(n Node) string { return n.KubeletVersion })
	both("runtime", func(n Node) string { return n.ContainerRuntimeVersion })
	add("runtime class", a.Cluster.RuntimeClass, b.Cluster.RuntimeClass)
	both("operating system", func(n Node) string { return n.OSImage })
	both("kernel", func(n Node) string { return n.KernelVersion })
	both("architecture", func(n Node) string { return n.Architecture })
	return list
}

const (
	// enoughSamples is how many a measurement must have in each run: with fewer,
	// nothing says how much they vary.
	enoughSamples = 10
	// surely is how many standard errors a median must have moved. Of seven runs of
	// one cluster, compared two by two, not one of 147 medians had moved by as much;
	// with two standard errors two had.
	surely = 3
)

// shifts compares the measurements of the runs, and of each requirement.
func shifts(a, b Report) (moved []Shift, measured int) {
	moved = []Shift{}
	compare := func(prefix string, of, other map[string]requirement.Measurement) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			x, y := of[name], other[name]
			if x.Count < enoughSamples || y.Count < enoughSamples {
				continue
			}
			measured++
			by := y.Median - x.Median
			uncertain := x.Error + y.Error + surely*math.Hypot(medianError(x), medianError(y))
			if math.Abs(by) > uncertain {
				moved = append(moved, Shift{Name: prefix + name, A: x, B: y, By: by, Error: uncertain})
			}
		}
	}
	compare("", a.Measurements, b.Measurements)
	after := byRequirement(b)
	for _, e := range a.Results {
		compare(e.Requirement+" ", e.Measurements, after[e.Requirement].Measurements)
	}
	return moved, measured
}

// medianError is the standard error of a median, about: of a normal distribution it
// is 1.25 σ/√n, and its 90th percentile lies 1.28 σ above the median.
func medianError(m requirement.Measurement) float64 {
	return (m.P90 - m.Median) / math.Sqrt(float64(m.Count))
}
