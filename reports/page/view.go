package page

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// A view is what the template shows.
type view struct {
	CSS    template.CSS
	JS     template.JS
	Policy string

	Report       reports.Report
	Verdict      string
	VerdictClass string
	Identity     []pair
	Verdicts     []count
	Levels       []count
	Rewritten    []rewritten
	Areas        []area
	Claims       *claims
	Measurements []measured
	Legend       []pair
	Mutants      *docs.Mutants
}

type pair struct{ Name, Value string }

type count struct {
	Name, Class string
	N           int
}

type rewritten struct {
	Scenario string
	Changes  []string
}

// An area has its requirements by the scenario that they were judged from.
type area struct {
	Name   string
	Counts []count
	Blocks []*block
}

// A block is the requirements of one scenario in one area. The first block of a
// scenario has its timeline.
type block struct {
	Scenario string // empty: these have no record
	Entries  []entry
	Home     bool // the timeline is here
	Open     bool
	Timeline template.HTML
	Rows     template.HTML
	Count    int
	Problem  string // why there is no timeline
	Clocks   string
}

type entry struct {
	reports.Entry
	Open    bool
	Links   []link
	Decided string
	Issue   link
	Range   []measured
	Caught  []docs.Mutant
}

// severity orders verdicts, the most serious first.
func severity(v requirement.Verdict) int { return slices.Index(requirement.Verdicts, v) }

// isOpen tells whether a requirement is unfolded from the start.
func isOpen(v requirement.Verdict) bool {
	return v == requirement.NonConformant || v == requirement.UnexpectedPass || v == requirement.Inconclusive
}

func newView(report reports.Report, o Options, load func(string) (*history.History, error)) *view {
	v := &view{Report: report, Verdict: reports.Sentence(report), VerdictClass: outcomeClass(report.Outcome),
		Identity: identity(report), Legend: legend, Mutants: o.Mutants}
	for _, verdict := range requirement.Verdicts {
		if n := report.Summary.Count(verdict); n > 0 {
			v.Verdicts = append(v.Verdicts, count{string(verdict), verdictClass(verdict), n})
		}
	}
	for _, level := range requirement.Levels {
		if n := len(slices.DeleteFunc(slices.Clone(report.Results), func(e reports.Entry) bool { return e.Level != level })); n > 0 {
			v.Levels = append(v.Levels, count{Name: string(level), N: n})
		}
	}
	for _, r := range report.Rewritten {
		if len(v.Rewritten) == 0 || v.Rewritten[len(v.Rewritten)-1].Scenario != r.Scenario {
			v.Rewritten = append(v.Rewritten, rewritten{Scenario: r.Scenario})
		}
		last := &v.Rewritten[len(v.Rewritten)-1]
		last.Changes = append(last.Changes, r.Pod+": "+r.String())
	}
	v.Areas = areas(report, o.Mutants)
	samples := v.timelines(report, o, load)
	v.Measurements = measurements(report.Measurements, samples)
	if o.Ledger != nil {
		v.Claims = newClaims(reports.JudgeClaims(o.Ledger, report), report.Cluster.ServerVersion)
	}
	return v
}

// identity says what was judged, by what, and when.
func identity(report reports.Report) []pair {
	var list []pair
	add := func(name string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		if len(parts) > 0 {
			list = append(list, pair{name, strings.Join(parts, ", ")})
		}
	}
	c := report.Cluster
	add("Kubernetes", c.ServerVersion)
	for _, n := range c.Nodes {
		kubelet := n.KubeletVersion
		if kubelet != "" {
			kubelet = "kubelet " + kubelet
		}
		add("Node "+n.Name, kubelet, n.ContainerRuntimeVersion, n.OSImage, n.KernelVersion, n.Architecture)
	}
	add("Runtime class", c.RuntimeClass)
	var gates []string
	for _, name := range slices.Sorted(maps.Keys(c.Gates)) {
		state := "off"
		if c.Gates[name] {
			state = "on"
		}
		gates = append(gates, name+" "+state)
	}
	add("Feature gates", gates...)
	add("Context", c.Context)
	add("Namespace", c.Namespace)
	add("Run", report.Run.ID, "began "+report.Run.Started.UTC().Format("2006-01-02 15:04:05 UTC"), "took "+(time.Duration(report.Run.Seconds*float64(time.Second))).Round(time.Second).String(), report.Run.Hostname)
	for _, r := range report.Run.Resumed {
		add("Resumed", r.String())
	}
	add("hookcheck", report.Suite.Version, report.Suite.GoVersion)
	selected := fmt.Sprintf("%d of %d requirements", report.Catalogue.Selected, report.Catalogue.Count)
	s := report.Selection
	for _, part := range []pair{{"profile ", string(s.Profile)}, {"level ", s.Level}, {"filter ", s.LabelFilter}, {"", strings.Join(s.Requirements, " ")}} {
		if part.Value != "" {
			selected += ", " + part.Name + part.Value
		}
	}
	add("Selected", selected)
	add("Catalogue", report.Catalogue.Digest)
	if w := report.Weight; w != nil {
		add("Weight of the run", fmt.Sprintf("%d pods", w.Pods), fmt.Sprintf("%d requests to the API server", w.Requests))
	}
	return list
}

// areas groups the entries. What is not as it should be comes first.
func areas(report reports.Report, mutants *docs.Mutants) []area {
	blocks := map[string]map[string]*block{}
	for _, e := range report.Results {
		if blocks[e.Area] == nil {
			blocks[e.Area] = map[string]*block{}
		}
		scenario := e.Scenario
		if e.History == "" {
			scenario = ""
		}
		b := blocks[e.Area][scenario]
		if b == nil {
			b = &block{Scenario: scenario}
			blocks[e.Area][scenario] = b
		}
		shown := newEntry(e, report.Cluster.ServerVersion)
		if mutants != nil {
			shown.Caught, _ = mutants.Of(e.Requirement)
		}
		b.Entries = append(b.Entries, shown)
	}
	var list []area
	for _, name := range slices.Sorted(maps.Keys(blocks)) {
		a := area{Name: name, Blocks: slices.Collect(maps.Values(blocks[name]))}
		counts := map[requirement.Verdict]int{}
		for _, b := range a.Blocks {
			slices.SortStableFunc(b.Entries, func(a, b entry) int {
				return cmp.Or(cmp.Compare(severity(a.Verdict), severity(b.Verdict)), cmp.Compare(a.Requirement, b.Requirement))
			})
			for _, e := range b.Entries {
				counts[e.Verdict]++
			}
		}
		for _, verdict := range requirement.Verdicts {
			if counts[verdict] > 0 {
				a.Counts = append(a.Counts, count{string(verdict), verdictClass(verdict), counts[verdict]})
			}
		}
		slices.SortFunc(a.Blocks, func(a, b *block) int {
			return cmp.Or(compareTrue(isOpen(a.worst()), isOpen(b.worst())), compareTrue(a.Scenario != "", b.Scenario != ""), cmp.Compare(a.Scenario, b.Scenario))
		})
		list = append(list, a)
	}
	return list
}

// compareTrue puts true first.
func compareTrue(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

// worst is the most serious verdict; the entries are sorted by it.
func (b *block) worst() requirement.Verdict { return b.Entries[0].Verdict }

func newEntry(e reports.Entry, server string) entry {
	shown := entry{Entry: e, Open: isOpen(e.Verdict), Links: sources(e.Source, server), Decided: decided(e.Window)}
	if e.Deviation != nil {
		shown.Issue = source(e.Deviation.Issue, server)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Measurements)) {
		m := measured{Name: name, Text: describe(e.Measurements[name])}
		if e.Measurements[name].Count > 1 {
			m.Picture = span(name, e.Measurements[name])
		}
		shown.Range = append(shown.Range, m)
	}
	return shown
}

// decided are the lines of a window from which the verdict follows; all lines
// where none is marked.
func decided(window string) string {
	var marked []string
	for _, line := range strings.Split(window, "\n") {
		if rest, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "> "); ok {
			marked = append(marked, strings.TrimLeft(rest, " "))
		}
	}
	if len(marked) == 0 {
		return window
	}
	return strings.Join(marked, "\n")
}

// timelines draws each scenario's history where its most serious requirement is,
// and returns the samples of all.
func (v *view) timelines(report reports.Report, o Options, load func(string) (*history.History, error)) map[string][]float64 {
	homes := map[string]*block{}
	var order []string
	for i := range v.Areas {
		for _, b := range v.Areas[i].Blocks {
			if b.Scenario == "" {
				continue
			}
			home := homes[b.Scenario]
			if home == nil {
				order = append(order, b.Scenario)
			}
			if home == nil || severity(b.worst()) < severity(home.worst()) {
				homes[b.Scenario] = b
			}
		}
	}
	entries := map[string][]reports.Entry{}
	for _, e := range report.Results {
		entries[e.Scenario] = append(entries[e.Scenario], e)
	}
	samples := map[string][]float64{}
	for _, scenario := range order {
		b := homes[scenario]
		b.Home, b.Open = true, isOpen(b.worst())
		h, err := load(b.Entries[0].History)
		if err != nil {
			b.Problem = err.Error()
			continue
		}
		b.Timeline = svg(scenario, draw(h), entries[scenario])
		b.Rows, b.Count = rows(h)
		b.Clocks = clocks(h)
		if o.Samples != nil {
			for name, values := range o.Samples(h) {
				samples[name] = append(samples[name], values...)
			}
		}
	}
	return samples
}

// clocks says how well the clocks of a history compare with the runner's.
func clocks(h *history.History) string {
	var parts []string
	for _, c := range []history.Clock{history.NodeClock, history.APIServerClock} {
		if offset, ok := h.Header.Offsets[c]; ok {
			parts = append(parts, fmt.Sprintf("%s ± %s", c, duration((offset.High-offset.Low).Seconds()/2)))
		}
	}
	return strings.Join(parts, ", ")
}

// legend explains the colours of marks.
var legend = []pair{
	{classStep, "step of the runner"}, {classWait, "waiting"}, {classPhase, "phase"}, {classDelete, "being deleted, terminating"},
	{classState, "container runs"}, {classReady, "ready, serving"}, {classHook, "hook"}, {classSignal, "signal, end of the grace period"},
	{classProbe, "probe or request"}, {classEvent, "Event"}, {classJournal, "journal"}, {classEnd, "ended well"}, {classBad, "failure or Warning"},
	{classUnsure, "began in there: whole seconds"},
}
