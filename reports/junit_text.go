package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/rewrite"
)

const (
	// bodyLimit caps the text of one failing case, in bytes: GitLab reads
	// files of up to 30 MB, and the whole catalogue may fail.
	bodyLimit = 64 << 10
	// fieldLimit caps what stands in it before the timeline.
	fieldLimit = 8 << 10
	// noteLimit is room for the note that something was left out.
	noteLimit = 1 << 10
	// messageLimit caps a message, in runes. Some readers cut at 140; the rest
	// is in the body.
	messageLimit = 500
)

func suiteProperties(report Report) []junitProperty {
	var p properties
	p.add("run.id", report.Run.ID)
	p.add("run.started", timestamp(report.Run.Started))
	p.add("run.outcome", string(report.Outcome))
	if report.Run.DryRun {
		p.add("run.dry-run", "true")
	}
	for i, r := range report.Run.Resumed {
		p.add(fmt.Sprintf("run.resumed.%d", i+1), r.String())
	}
	p.add("hookcheck.version", report.Suite.Version)
	p.add("hookcheck.commit", report.Suite.Commit)
	p.add("go.version", report.Suite.GoVersion)
	p.add("catalogue.digest", report.Catalogue.Digest)
	p.add("catalogue.count", strconv.Itoa(report.Catalogue.Count))
	p.add("catalogue.selected", strconv.Itoa(report.Catalogue.Selected))
	p.add("profile", string(report.Selection.Profile))
	p.add("level", report.Selection.Level)
	if report.Selection.NoKnown {
		p.add("no-known", "true")
	}
	p.add("rerun-of", report.Selection.RerunOf)
	p.add("requirements", strings.Join(report.Selection.Requirements, ","))
	p.add("label-filter", report.Selection.LabelFilter)
	p.add("kubernetes.version", report.Cluster.ServerVersion)
	p.add("cluster.context", report.Cluster.Context)
	p.add("cluster.provider", report.Cluster.Provider)
	p.add("cluster.namespace", report.Cluster.Namespace)
	p.add("cluster.runtime-class", report.Cluster.RuntimeClass)
	if len(report.Rewritten) > 0 {
		p.add("rewritten", rewritten(report.Rewritten))
	}
	nodes := slices.Clone(report.Cluster.Nodes)
	slices.SortFunc(nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	for _, node := range nodes {
		prefix := "node." + node.Name + "."
		p.add(prefix+"kubelet", node.KubeletVersion)
		p.add(prefix+"runtime", node.ContainerRuntimeVersion)
		p.add(prefix+"os", node.OSImage)
		p.add(prefix+"kernel", node.KernelVersion)
		p.add(prefix+"architecture", node.Architecture)
	}
	return p
}

func caseProperties(entry Entry) []junitProperty {
	var p properties
	p.add("requirement", entry.Requirement)
	p.add("level", string(entry.Level))
	p.add("profile", string(entry.Profile))
	p.add("sentence", oneLine(entry.Sentence))
	for i, source := range entry.Source {
		p.add(fmt.Sprintf("source.%d", i+1), source)
	}
	p.add("note", oneLine(entry.Note))
	if d := entry.Deviation; d != nil {
		p.add("deviation.documented", oneLine(d.Documented))
		p.add("deviation.actual", oneLine(d.Actual))
		p.add("deviation.issue", oneLine(d.Issue))
	}
	p.add("verdict", string(entry.Verdict))
	p.add("outcome", oneLine(entry.Outcome))
	p.add("scenario", entry.Scenario)
	p.add("rewritten", rewrite.Summary(entry.Rewritten))
	if !entry.Started.IsZero() {
		p.add("started", timestamp(entry.Started))
	}
	p.add("history", entry.History)
	for _, name := range slices.Sorted(maps.Keys(entry.Measurements)) {
		m := entry.Measurements[name]
		prefix := "measurement." + name + "."
		p.add(prefix+"count", strconv.Itoa(m.Count))
		p.add(prefix+"min", number(m.Min))
		p.add(prefix+"median", number(m.Median))
		p.add(prefix+"p90", number(m.P90))
		p.add(prefix+"max", number(m.Max))
		p.add(prefix+"error", number(m.Error))
	}
	return p
}

// properties leaves out what is empty: no reader gains by it.
type properties []junitProperty

func (p *properties) add(name, value string) {
	if value != "" {
		*p = append(*p, junitProperty{Name: xmlText(name), Value: xmlText(value)})
	}
}

// number is a plain number without exponent: TestGrid draws such properties.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// message is s as an attribute: one line, not too long.
func message(s string) string { return cut(oneLine(xmlText(s)), messageLimit) }

// contradicts tells whether expected and seen say all that there is to say of a
// result. Where the platform rewrote a pod of its scenario, the reason says more.
func contradicts(r requirement.Result) bool {
	return r.Verdict == requirement.NonConformant && r.Expected != "" && r.Seen != "" && len(r.Rewritten) == 0
}

// failureMessage is what was expected and seen, or the reason.
func failureMessage(entry Entry) string {
	switch {
	case contradicts(entry.Result):
		return message("expected " + entry.Expected + "; seen " + entry.Seen)
	case entry.Reason != "":
		return message(entry.Reason)
	default:
		return message(string(entry.Verdict) + ": " + entry.Sentence)
	}
}

// deviates says how kubelets part from the documentation, and where that is
// discussed.
func deviates(entry Entry) string {
	if entry.Deviation == nil {
		return cmp.Or(entry.Reason, "no reason was given")
	}
	return fmt.Sprintf("%s (%s)", strings.TrimSuffix(oneLine(entry.Deviation.Actual), "."), oneLine(entry.Deviation.Issue))
}

// skipMessage is the reason with its code; never empty, since TestGrid drops
// such cases.
func skipMessage(entry Entry) string {
	if reasonCode(entry.Reason) == "" {
		return message("no-code: " + cmp.Or(entry.Reason, string(entry.Verdict)+", and no reason was given"))
	}
	return message(entry.Reason)
}

// body is the text of a failing case. The timeline gives way where it all gets
// too long; the history has the whole.
func body(entry Entry) string {
	var head, tail strings.Builder
	line := func(b *strings.Builder, label, text string) {
		if text == "" {
			return
		}
		short, gone := capBytes(xmlText(text), fieldLimit)
		fmt.Fprintf(b, "%-9s %s\n", label, short+leftOut(gone, entry.History))
	}
	head.WriteString("\n")
	line(&head, "sentence", oneLine(entry.Sentence))
	line(&head, "reason", entry.Reason)
	line(&head, "expected", entry.Expected)
	line(&head, "seen", entry.Seen)
	line(&head, "outcome", oneLine(entry.Outcome))
	line(&head, "note", oneLine(entry.Note))
	if d := entry.Deviation; d != nil {
		line(&head, "docs", oneLine(d.Documented))
		line(&head, "actual", oneLine(d.Actual))
		line(&head, "issue", oneLine(d.Issue))
	}
	line(&tail, "history", entry.History)

	if entry.Window != "" {
		window, gone := capBytes(xmlText(entry.Window), bodyLimit-head.Len()-tail.Len()-noteLimit)
		head.WriteString("\n" + strings.TrimRight(window, "\n") + leftOut(gone, entry.History) + "\n\n")
	}
	return head.String() + tail.String()
}

// leftOut is the note at the end of a capped text; "" where nothing is gone.
func leftOut(gone int, path string) string {
	if gone == 0 {
		return ""
	}
	where := ""
	if path != "" {
		where = "; the whole is in " + xmlText(path)
	}
	return fmt.Sprintf("\n[%d bytes left out%s]", gone, where)
}
