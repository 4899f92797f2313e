package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/hack/internal/peer"
)

// comparison is the table: what is compared, and where it comes from.
type comparison struct {
	record    Record
	coverage  peer.Coverage
	catalogue *requirement.Catalogue
	killed    map[string]bool // by hookcheck; nil where nobody knows
	procs     []int
	command   string
}

// rows are the table's heading and lines, cell by cell.
func (c comparison) rows() [][]string {
	head := []string{"", "specs", "behaviours judged", "of them MUST", "others in part"}
	for _, p := range c.procs {
		head = append(head, fmt.Sprintf("wall time, %d at once", p), "spec-seconds")
	}
	rows := [][]string{append(head, "mutants caught")}
	for _, s := range []struct {
		title string
		suite peer.Set
	}{{"upstream, conformance", peer.Conformance}, {"upstream, hooks", peer.Hooks}, {"upstream, termination", peer.Termination}} {
		entries := c.coverage.Of(s.suite)
		rows = append(rows, slices.Concat([]string{s.title}, c.covers(entries), c.times(string(s.suite)), []string{c.caught(s.suite)}))
	}
	rows = append(rows, slices.Concat([]string{"upstream, all of these"}, c.covers(c.coverage), c.sum(peer.Hooks, peer.Termination), []string{""}))
	return append(rows, slices.Concat([]string{"hookcheck"}, c.ourCover(), c.times(ours), []string{c.ourCaught()}))
}

// covers counts specs and what they judge.
func (c comparison) covers(entries peer.Coverage) []string {
	sees, partly := entries.Requirements()
	return []string{number(len(entries)), number(len(sees)), number(c.must(sees)), number(len(partly))}
}

// must counts the requirements that documents bind kubelets to.
func (c comparison) must(ids []string) int {
	n := 0
	for _, id := range ids {
		r, err := c.catalogue.Get(id)
		if err == nil && (r.Level == requirement.Must || r.Level == requirement.MustNot) {
			n++
		}
	}
	return n
}

// ourCover counts what hookcheck judged, in the run with the most verdicts.
func (c comparison) ourCover() []string {
	var judged []string
	for _, run := range c.record.Runs {
		if ids := slices.Concat(run.Passed, run.Failed); run.Suite == ours && len(ids) > len(judged) {
			judged = ids
		}
	}
	if judged == nil {
		return []string{"", "", "", ""}
	}
	return []string{number(len(judged)), number(len(judged)), number(c.must(judged)), number(0)}
}

func (c comparison) times(suite string) []string {
	var cells []string
	for _, p := range c.procs {
		run, found := c.record.find(suite, p)
		if !found {
			cells = append(cells, "", "")
			continue
		}
		cells = append(cells, seconds(run.Seconds), seconds(run.SpecSeconds))
	}
	return cells
}

// sum is the times of sets that were run one after the other.
func (c comparison) sum(sets ...peer.Set) []string {
	var cells []string
	for _, p := range c.procs {
		var wall, specs float64
		all := true
		for _, s := range sets {
			run, found := c.record.find(string(s), p)
			all = all && found
			wall, specs = wall+run.Seconds, specs+run.SpecSeconds
		}
		if !all {
			cells = append(cells, "", "")
			continue
		}
		cells = append(cells, seconds(wall), seconds(specs))
	}
	return cells
}

// caught counts the mutants that specs of the set caught. They were tried with the sets on hooks only; one for which
// nothing is certain counts as tried and not as caught.
func (c comparison) caught(set peer.Set) string {
	if len(c.record.Trials) == 0 || set == peer.Termination {
		return ""
	}
	specs := c.coverage.Of(set).Specs()
	n := 0
	for _, t := range c.record.Trials {
		if slices.ContainsFunc(t.By, func(by string) bool { return slices.Contains(specs, by) }) {
			n++
		}
	}
	return fmt.Sprintf("%d of %d", n, len(c.record.Trials))
}

// ourCaught counts what hookcheck caught of the same mutants.
func (c comparison) ourCaught() string {
	if c.killed == nil || len(c.record.Trials) == 0 {
		return ""
	}
	tried, killed := 0, 0
	for _, t := range c.record.Trials {
		if k, both := c.killed[t.ID]; both {
			tried++
			if k {
				killed++
			}
		}
	}
	return fmt.Sprintf("%d of %d", killed, tried)
}

// text prints the table for a terminal, and below it what the cells have no room for.
func (c comparison) text(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range c.rows() {
		fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	_ = w.Flush()
	fmt.Fprintf(out, "\n%s\nUpstream judges besides: %s.\n", c.legend(), strings.Join(c.coverage.Beyond(), "; "))
	for _, run := range c.record.Runs {
		for _, name := range run.Failed {
			fmt.Fprintf(out, "failed, %s, %d at once: %s\n", run.Suite, run.Procs, name)
		}
		if run.Suite == ours {
			continue // its report says why
		}
		for _, name := range run.NotRun {
			fmt.Fprintf(out, "not run, %s, %d at once: %s\n", run.Suite, run.Procs, name)
		}
	}
	for _, t := range c.record.Trials {
		fmt.Fprintf(out, "mutant %s: %s, %s\n", t.ID, describe(t), seconds(t.Seconds))
	}
}

// describe says what became of a mutant.
func describe(t peer.Trial) string {
	switch {
	case t.Caught:
		return "caught by " + strings.Join(t.By, "; ")
	case t.Open != "":
		return "open: " + t.Open
	default:
		return "not seen"
	}
}

// markdown prints the table for a document.
func (c comparison) markdown(out io.Writer) {
	for i, row := range c.rows() {
		fmt.Fprintf(out, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintln(out, "|---"+strings.Repeat("|---:", len(row)-1)+"|")
		}
	}
	fmt.Fprintf(out, "\n%s\n", c.legend())
}

// legend says what the table is of.
func (c comparison) legend() string {
	return fmt.Sprintf("Kubernetes %s, one kind node, %d cores, %s, `%s`. Behaviours are requirements of hookcheck's catalogue of %d.",
		c.record.Kubernetes, c.record.Cores, c.record.Date, c.command, len(c.catalogue.All()))
}

func number(n int) string { return fmt.Sprintf("%d", n) }

func seconds(s float64) string { return fmt.Sprintf("%.0f s", s) }
