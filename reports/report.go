package reports

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// APIVersion is the version of the type [Report].
const APIVersion = "hookcheck.dev/report/v1"

// Run tells when and how a run went.
type Run struct {
	// ID names the run, as its namespace and its directory do.
	ID string `json:"id"`
	// Started and Ended are in UTC.
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Seconds is the wall time; of a resumed run, that of its parts.
	Seconds float64 `json:"seconds"`
	// Hostname is the machine that hookcheck ran on; may be empty.
	Hostname string `json:"hostname,omitempty"`
	// Interrupted says that the run was stopped before its end.
	Interrupted bool `json:"interrupted"`
	// Error is why the set-up failed, or why the run broke off after it; empty where
	// neither happened. BrokeOff says which.
	Error    string `json:"error,omitempty"`
	BrokeOff bool   `json:"brokeOff,omitempty"`
	// Command is the command line.
	Command []string `json:"command,omitempty"`
	// DryRun says that nothing was run, as the user wanted: there are no verdicts.
	DryRun bool `json:"dryRun,omitempty"`
	// Resumed tells each time that the run was gone on with after it had ended early.
	Resumed []Resumption `json:"resumed,omitempty"`
}

// failed says in words what Error is the reason of.
func (r Run) failed() string {
	if r.BrokeOff {
		return "the run broke off"
	}
	return "the set-up failed"
}

// Suite identifies the hookcheck that ran.
type Suite struct {
	// Version and Commit are what the binary was built from, GoVersion by what.
	Version   string `json:"version"`
	Commit    string `json:"commit"`
	GoVersion string `json:"goVersion"`
}

// Cluster identifies what was judged.
type Cluster struct {
	// ServerVersion is the API server's; empty where the set-up failed before it
	// was asked.
	ServerVersion string `json:"serverVersion"`
	// Context is that of the kubeconfig, Provider who made the cluster, and
	// Namespace where the run worked.
	Context   string `json:"context,omitempty"`
	Provider  string `json:"provider,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	// UID is that of namespace kube-system, which tells clusters apart; empty where
	// it may not be read.
	UID string `json:"uid,omitempty"`
	// RuntimeClass is the one that all pods of the run were given; empty where
	// none was.
	RuntimeClass string `json:"runtimeClass,omitempty"`
	// Gates are the feature gates that a requirement depends on and that were
	// probed: whether they are on.
	Gates map[string]bool `json:"gates,omitempty"`
	// Nodes are those of the cluster, with kubelet and container runtime.
	Nodes []Node `json:"nodes,omitempty"`
}

// Node is a node of the cluster, in the words of its status.nodeInfo.
type Node struct {
	// Name is the node's.
	Name string `json:"name"`
	// KubeletVersion, ContainerRuntimeVersion ("containerd://2.3.4"), OSImage,
	// KernelVersion and Architecture are as the kubelet reports them.
	KubeletVersion          string `json:"kubeletVersion"`
	ContainerRuntimeVersion string `json:"containerRuntimeVersion"`
	OSImage                 string `json:"osImage"`
	KernelVersion           string `json:"kernelVersion"`
	Architecture            string `json:"architecture"`
}

// Selection is what the user asked for; empty fields select everything.
type Selection struct {
	// Profile is one profile or several: core,extended,node.
	Profile requirement.Profile `json:"profile,omitempty"`
	// Requirements are the patterns of --requirement, and LabelFilter is that of
	// --label-filter.
	Requirements []string `json:"requirements,omitempty"`
	LabelFilter  string   `json:"labelFilter,omitempty"`
	// Level is the least binding level that was asked for: must, should or
	// observed.
	Level string `json:"level,omitempty"`
	// NoKnown says that known deviations were judged like anything else.
	NoKnown bool `json:"noKnown,omitempty"`
	// RerunOf is the id of the run whose failures were selected; empty where the
	// selection is the user's own.
	RerunOf string `json:"rerunOf,omitempty"`
}

// Catalogue identifies the catalogue and how much of it was selected.
type Catalogue struct {
	// Digest is "sha256:" and the SHA-256 of the lines id TAB level TAB sentence of
	// all requirements, sorted: two reports with the same are by the same list.
	Digest string `json:"digest"`
	// Count is how many requirements there are, Selected how many of them have a
	// result here.
	Count    int `json:"count"`
	Selected int `json:"selected"`
	// Unselected are the ids of the others, sorted: what the run was not asked for.
	Unselected []string `json:"unselected,omitempty"`
}

// Meta is everything about a run but its results.
type Meta struct {
	// Run is when and how it went, Suite by which hookcheck, Cluster what was judged.
	Run     Run     `json:"run"`
	Suite   Suite   `json:"suite"`
	Cluster Cluster `json:"cluster"`
	// Selection is what the user asked for, Catalogue from which requirements.
	Selection Selection `json:"selection"`
	Catalogue Catalogue `json:"catalogue"`
	// Measurements say how long things took, over all scenarios, by name: see
	// package latency.
	Measurements map[string]requirement.Measurement `json:"measurements,omitempty"`
	// Weight is what the run cost; nil where nobody knows.
	Weight *Weight `json:"weight,omitempty"`
}

// Weight is what a run cost the cluster, and the machine that it ran on.
type Weight struct {
	// Requests is how many requests the API server got from the run; a watch
	// counts once.
	Requests int `json:"requests"`
	// RequestsByScenario is how many of them were made for each scenario.
	RequestsByScenario map[string]int `json:"requestsByScenario,omitempty"`
	// RequestsPerSecond is how many a scenario made in a second while it ran, on
	// average.
	RequestsPerSecond float64 `json:"requestsPerSecondPerScenario"`
	// Pods is how many pods there were.
	Pods int `json:"pods"`
	// PeakRSS is the most memory that hookcheck had, in bytes; 0 where the
	// system does not tell.
	PeakRSS int64 `json:"peakRSSBytes,omitempty"`
}

// An Entry is one selected requirement with its result.
type Entry struct {
	requirement.Result
	// Level, Profile, Area, Sentence, Source (where it is written) and Note are
	// the catalogue's.
	Level    requirement.Level   `json:"level"`
	Profile  requirement.Profile `json:"profile"`
	Area     string              `json:"area"`
	Sentence string              `json:"sentence"`
	Source   []string            `json:"source"`
	Note     string              `json:"note,omitempty"`
	// Deviation is what the catalogue says of documentation and kubelets that
	// part; Elsewhere what holds where the requirement does not.
	Deviation *requirement.Deviation `json:"deviation,omitempty"`
	Elsewhere string                 `json:"elsewhere,omitempty"`
}

// A Report is the outcome of one run, as report.json holds it.
type Report struct {
	// APIVersion is that of this type. Fields may be added to it; what is there keeps
	// its meaning.
	APIVersion string `json:"apiVersion"`
	Meta
	// Summary counts the results by verdict; Outcome and ExitCode (0, 1, 3 or 130)
	// follow from it, and from how the run ended.
	Summary  Summary `json:"summary"`
	Outcome  Outcome `json:"outcome"`
	ExitCode int     `json:"exitCode"`
	// Rewritten is what the platform made of the pods before they were stored,
	// sorted by scenario, whatever the verdicts are.
	Rewritten []Rewrite `json:"rewritten,omitempty"`
	// Results has one entry for each selected requirement, sorted by id.
	Results []Entry `json:"results"`
}

// Digest returns "sha256:" and the hexadecimal SHA-256 of the lines
// id TAB level TAB sentence LF, sorted. White space inside a sentence counts as
// one space, so that reflowing the YAML does not change the digest.
func Digest(catalogue []requirement.Requirement) string {
	lines := make([]string, 0, len(catalogue))
	for _, r := range catalogue {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\n", r.ID, r.Level, oneLine(r.Sentence)))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// CatalogueOf describes the whole catalogue, of which selected were selected.
func CatalogueOf(catalogue, selected []requirement.Requirement) Catalogue {
	chosen := make(map[string]bool, len(selected))
	for _, r := range selected {
		chosen[r.ID] = true
	}
	c := Catalogue{Digest: Digest(catalogue), Count: len(catalogue), Selected: len(selected)}
	for _, r := range catalogue {
		if !chosen[r.ID] {
			c.Unselected = append(c.Unselected, r.ID)
		}
	}
	slices.Sort(c.Unselected)
	return c
}

// New joins the selected requirements with their results. A selected
// requirement without a result becomes not run. The error names every
// requirement that is selected twice, every second result for one, every result
// for a requirement that is not selected, and every verdict that does not exist.
func New(meta Meta, selected []requirement.Requirement, results []requirement.Result) (Report, error) {
	var errs []error
	given := make(map[string]requirement.Result, len(results))
	for _, result := range results {
		if _, twice := given[result.Requirement]; twice {
			errs = append(errs, fmt.Errorf("%s: two results in one run", result.Requirement))
			continue
		}
		if !slices.Contains(requirement.Verdicts, result.Verdict) {
			errs = append(errs, fmt.Errorf("%s: unknown verdict %q", result.Requirement, result.Verdict))
		}
		given[result.Requirement] = result
	}

	meta.Run.Started, meta.Run.Ended = meta.Run.Started.UTC(), meta.Run.Ended.UTC()
	meta.Catalogue.Selected = len(selected)
	report := Report{APIVersion: APIVersion, Meta: meta, Results: make([]Entry, 0, len(selected))}
	known := make(map[string]bool, len(selected))
	for _, r := range selected {
		if known[r.ID] {
			errs = append(errs, fmt.Errorf("%s: selected twice", r.ID))
			continue
		}
		known[r.ID] = true
		result, ok := given[r.ID]
		if !ok {
			result = requirement.Result{Requirement: r.ID, Verdict: requirement.NotRun, Reason: missing(meta.Run)}
		}
		result.Started = result.Started.UTC()
		report.Summary.Add(result.Verdict)
		report.Results = append(report.Results, Entry{
			Result: result, Level: r.Level, Profile: r.Profile, Area: r.Area,
			Sentence: r.Sentence, Source: r.Source, Note: r.Note, Deviation: r.Deviation, Elsewhere: r.Elsewhere,
		})
	}
	for _, result := range results {
		if !known[result.Requirement] {
			errs = append(errs, fmt.Errorf("%s: a result, but the requirement was not selected", result.Requirement))
		}
	}
	if len(errs) > 0 {
		return Report{}, fmt.Errorf("join results and catalogue: %w", errors.Join(errs...))
	}
	slices.SortFunc(report.Results, func(a, b Entry) int { return cmp.Compare(a.Requirement, b.Requirement) })
	report.Rewritten = rewrites(report.Results)
	report.Outcome, report.ExitCode = Decide(report.Summary, meta.Run)
	return report, nil
}

// missing is the reason of a selected requirement without a result.
func missing(run Run) string {
	switch {
	case run.DryRun:
		return codeDryRun + ": nothing was run, as was asked for"
	case run.Interrupted:
		return codeInterrupted + ": the run ended before this requirement was judged"
	case run.BrokeOff:
		return codeBrokeOff + ": " + cut(oneLine(run.Error), 300)
	case run.Error != "":
		return codeSetupFailed + ": " + cut(oneLine(run.Error), 300)
	default:
		return codeNoResult + ": the run ended, but no check gave a verdict on this requirement"
	}
}

// Parse reads a report.json. It refuses other API versions and data that holds
// more than one report.
func Parse(data []byte) (Report, error) {
	var version struct {
		APIVersion string `json:"apiVersion"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&version); err != nil {
		return Report{}, fmt.Errorf("not a report: %w", err)
	}
	if version.APIVersion != APIVersion {
		return Report{}, fmt.Errorf("apiVersion is %q; this hookcheck reads %q", version.APIVersion, APIVersion)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Report{}, errors.New("not a report: something follows its end")
	}
	var report Report
	if err := json.Unmarshal(data, &report); err != nil {
		return Report{}, fmt.Errorf("not a report: %w", err)
	}
	return report, nil
}

// Read reads the report.json at path.
func Read(path string) (Report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Report{}, fmt.Errorf("read report: %w", err)
	}
	report, err := Parse(data)
	if err != nil {
		return Report{}, fmt.Errorf("read report %s: %w", path, err)
	}
	return report, nil
}
