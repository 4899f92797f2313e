package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/framework/gate"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/latency"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

func newJudgeCommand(s streams) *cobra.Command {
	var pick selection
	var noKnown bool
	cmd := &cobra.Command{
		Use:   "judge DIR",
		Short: "Judge a saved run again, without a cluster",
		Long: `Judge the histories that a run saved, by the checks of this hookcheck, and print
the verdicts. Needs no cluster. Nothing in DIR is changed.

Where DIR has a report.json, a verdict that differs from the one in it is named.
Verdicts that need the cluster (not applicable) are taken from there, and so is
what the run cost. Known deviations are told by the versions that the histories
name, and durations are measured anew.`,
		Example: `  hookcheck judge _artifacts/latest`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			selected, err := pick.resolve()
			if err != nil {
				return err
			}
			return judgeDir(s, args[0], selected, noKnown)
		},
	}
	pick.flags(cmd, requirement.Profiles...)
	noKnownFlag(cmd, &noKnown)
	return cmd
}

// judgeDir judges a run's directory and prints the verdicts.
func judgeDir(s streams, dir string, selected []requirement.Requirement, noKnown bool) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return usage("%s is not a directory with a run's artifacts", dir)
	}
	began := time.Now()
	earlier, err := readRun(dir)
	if err != nil {
		return err
	}
	before := map[string]requirement.Result{}
	for _, entry := range earlier.Results {
		before[entry.Requirement] = entry.Result
	}
	if len(before) > 0 { // judge what that run judged
		kept := selected[:0:0]
		for _, r := range selected {
			if _, ok := before[r.ID]; ok {
				kept = append(kept, r)
			}
		}
		selected = kept
	}
	again, err := judgeHistories(dir, selected, before, noKnown)
	if err != nil {
		return err
	}
	if again.found == 0 {
		return usage("%s holds no histories; name the directory that a run wrote, such as _artifacts/latest", dir)
	}
	meta := earlier.Meta
	meta.Run.Started, meta.Run.Ended, meta.Run.Error, meta.Run.Interrupted = began.UTC(), time.Now().UTC(), "", false
	meta.Run.Seconds = time.Since(began).Seconds()
	meta.Selection.NoKnown = noKnown
	meta.Measurements = again.samples.Summary()
	report, err := reports.New(meta, selected, again.results)
	if err != nil {
		return err
	}
	if err := reports.WriteTable(s.out, report, tableOptions(s, dir)); err != nil {
		return err
	}
	differ := 0
	for _, r := range again.results {
		if b, ok := before[r.Requirement]; ok && b.Verdict != r.Verdict {
			differ++
			fmt.Fprintf(s.out, "%s: the run said %s, judged again it is %s\n", r.Requirement, b.Verdict, r.Verdict)
		}
	}
	if len(before) > 0 {
		fmt.Fprintf(s.out, "%d verdicts, %d of them differ from the run's\n", len(again.results), differ)
	}
	if report.ExitCode != 0 {
		return &exitError{code: report.ExitCode}
	}
	return nil
}

// readRun reads the report of a run, or rebuilds it from the log of its results
// where the run was killed. A directory with neither gives an empty one.
func readRun(dir string) (reports.Report, error) {
	report, err := reports.Read(filepath.Join(dir, reports.ReportFile))
	if !errors.Is(err, os.ErrNotExist) {
		return report, err
	}
	record, err := reports.ReadLog(filepath.Join(dir, reports.LogFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return reports.Report{}, nil
	case err != nil:
		return reports.Report{}, err
	}
	return record.Report()
}

// judged is what the histories of a directory tell.
type judged struct {
	results []requirement.Result
	found   int // histories
	samples latency.Samples
}

// judgeHistories judges every scenario of which the directory has a history.
// What the run did not judge (not applicable) is taken over.
func judgeHistories(dir string, selected []requirement.Requirement, before map[string]requirement.Result, noKnown bool) (*judged, error) {
	again := &judged{samples: latency.Samples{}}
	wanted := map[string]requirement.Requirement{}
	for _, r := range selected {
		wanted[r.ID] = r
		if r.Untestable == "" {
			continue
		}
		reason, err := gate.Facts{}.Decide(r)
		if err != nil {
			return nil, err
		}
		again.results = append(again.results, requirement.Result{Requirement: r.ID, Verdict: requirement.NotApplicable, Reason: reason})
	}
	for _, sc := range scenario.All() {
		h, err := history.Load(filepath.Join(dir, scenario.HistoryPath(sc.Name)))
		if errors.Is(err, os.ErrNotExist) {
			h = nil
		} else if err != nil {
			return nil, err
		}
		if h != nil {
			again.found++
			again.samples.Add(latency.Of(h))
		}
		for _, c := range sc.Checks {
			r, selected := wanted[c.Requirement]
			b, known := before[c.Requirement]
			switch {
			case !selected:
			case known && b.Verdict == requirement.NotApplicable, h == nil && known:
				again.results = append(again.results, b)
			case h != nil:
				result, err := judgeAgain(sc, h, r, noKnown)
				if err != nil {
					return nil, err
				}
				again.results = append(again.results, result)
			}
		}
	}
	return again, nil
}

// judgeAgain judges one requirement and says what the verdict means where a
// deviation is known for the versions of the history.
func judgeAgain(sc *scenario.Scenario, h *history.History, r requirement.Requirement, noKnown bool) (requirement.Result, error) {
	result := sc.Judge(h, func(id string) bool { return id == r.ID })[0]
	if noKnown {
		return result, nil
	}
	err := gate.Of(h.Header.ServerVersion, h.Header.KubeletVersion).Apply(r, &result)
	if err != nil {
		return result, fmt.Errorf("the history of %s: %w", sc.Name, err)
	}
	return result, nil
}

func tableOptions(s streams, dir string) reports.TableOptions {
	return reports.TableOptions{Width: reports.Width(s.out), Colour: reports.UseColour(s.out, os.Getenv), Dir: dir}
}
