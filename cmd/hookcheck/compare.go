package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/reports"
	"github.com/hookcheck/hookcheck/reports/page"
)

func newCompareCommand(s streams) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "compare A B",
		Short: "Compare two runs: new failures, fixed, other verdicts, slower or faster",
		Long: `Compare a run B with a run A: of an older version, another container runtime, last
night. A and B are directories of runs, or their report.json.

It prints what is judged otherwise (versions, runtimes, selections), what is red in
B and was not in A, what is fixed, what has another verdict, what only one of them
has a verdict on, and which durations moved by more than clocks and chance explain:
medians of at least ten samples in each run, by more than three standard errors and
both clock errors. A duration alone never fails.

Exit codes: 0 no new failures; 1 new failures in B; 2 wrong usage; 3 no new
failures, but B lacks a verdict that A has (inconclusive, not run, not selected).`,
		Example: `  # after an upgrade
  hookcheck compare before after

  # containerd with runc and with crun
  hookcheck run --artifacts runc
  hookcheck run --artifacts crun --runtime-class crun
  hookcheck compare runc crun

  # for a pull request
  hookcheck compare main/report.json _artifacts/latest -o markdown >comment.md

  # for people: one file, which needs no network
  hookcheck compare before after -o html >comparison.html`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			var sides [2]reports.Report
			for i, arg := range args {
				var err error
				if sides[i], err = reportOf(arg); err != nil {
					return err
				}
				if sides[i].Run.DryRun {
					return usage("%s is a dry run: nothing was judged in it that could be compared", arg)
				}
			}
			c := reports.Compare(sides[0], sides[1])
			if err := writeComparison(s, output, c); err != nil {
				return err
			}
			if c.ExitCode != 0 {
				return &exitError{code: c.ExitCode}
			}
			return nil
		},
	}
	formatFlag(cmd, &output, "table, markdown, html (a page of its own), json or yaml", "table", "markdown", "html", "json", "yaml")
	return cmd
}

func writeComparison(s streams, output string, c reports.Comparison) error {
	switch output {
	case "markdown":
		_, err := s.out.Write(reports.ComparisonMarkdown(c))
		return err
	case "html":
		html, err := page.RenderComparison(c)
		if err != nil {
			return err
		}
		_, err = s.out.Write(html)
		return err
	default:
		return writeAs(s.out, output, c, func(w io.Writer) error { return reports.WriteComparison(w, c, tableOptions(s, "")) })
	}
}

// reportOf reads the report of a run's directory, also of one that was killed, or a
// report.json.
func reportOf(arg string) (reports.Report, error) {
	info, err := os.Stat(arg)
	if err != nil {
		return reports.Report{}, usage("%w: name a run's directory or its %s", err, reports.ReportFile)
	}
	if !info.IsDir() {
		return reports.Read(arg)
	}
	report, err := readRun(arg)
	if err == nil && report.Run.ID == "" {
		return report, usage("%s holds neither %s nor %s", arg, reports.ReportFile, reports.LogFile)
	}
	if err != nil {
		return report, fmt.Errorf("%s: %w", arg, err)
	}
	return report, nil
}
