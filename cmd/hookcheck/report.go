package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/latency"
	"github.com/hookcheck/hookcheck/reports"
)

func newReportCommand(s streams) *cobra.Command {
	var schema bool
	cmd := &cobra.Command{
		Use:   "report DIR | report --schema",
		Short: "Write the reports of a run again, also of one that was killed",
		Long: `Write junit.xml, report.json, summary.md and the badges again, from what a run
had on disk when it ended: results.jsonl, which has each verdict as soon as it is
known, and the histories. Needs no cluster, and judges nothing: the verdicts are
the run's ("hookcheck judge" is for another opinion).

Of a run that was killed, the reports name every requirement that was not judged,
as not run, and no reader can take them for a pass.

The exit code is the one that the run had, or would have had: 0 conformant; 1 not
conformant; 3 no verdict; 130 the run was interrupted or killed. 2 is wrong usage.

With --schema it prints the JSON Schema (draft 2020-12) of report.json instead.`,
		Example: `  # after a kill -9, a full disk or a lost CI machine
  hookcheck report _artifacts/latest

  # the summary on the page of a GitHub job
  hookcheck report _artifacts/latest; cat _artifacts/latest/summary.md >>"$GITHUB_STEP_SUMMARY"

  # what is in report.json
  hookcheck report --schema | jq -r '.properties | map_values(.description)'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if schema {
				return cobra.ExactArgs(0)(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if schema {
				_, err := io.WriteString(s.out, docs.ReportSchema)
				return err
			}
			return reportDir(s, args[0])
		},
	}
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of "+reports.ReportFile)
	return cmd
}

// reportDir writes the reports of a run's directory again and prints the table.
func reportDir(s streams, dir string) error {
	record, err := reports.ReadLog(filepath.Join(dir, reports.LogFile))
	if errors.Is(err, fs.ErrNotExist) {
		return usage("%s has no %s, from which the reports are made: name the directory that a run wrote, such as _artifacts/latest", dir, reports.LogFile)
	}
	if err != nil {
		return err
	}
	if record.End == nil {
		fmt.Fprintf(s.err, "hookcheck: %s has no end: the run was killed, or is still going on\n", reports.LogFile)
		recall(s, dir, &record.Header.Meta)
	}
	if record.Torn != "" {
		fmt.Fprintf(s.err, "hookcheck: warning: %s: %s; it is left out\n", reports.LogFile, record.Torn)
	}
	report, err := record.Report()
	if err != nil {
		return err
	}
	// What was written is told, even where a file could not be.
	if err := errors.Join(writeReports(dir, report), reports.WriteTable(s.out, report, tableOptions(s, dir))); err != nil {
		return err
	}
	if report.ExitCode != 0 {
		return &exitError{code: report.ExitCode}
	}
	return nil
}

// recall completes the meta of a run that was killed from its histories: a run
// writes down the measurements when it ends. A history that cannot
// be read is a warning: the verdicts are in the log.
func recall(s streams, dir string, meta *reports.Meta) {
	samples := latency.Samples{}
	nodes := map[string]reports.Node{}
	told := len(meta.Cluster.Nodes) > 0
	err := filepath.WalkDir(filepath.Join(dir, "histories"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".jsonl") {
			return err
		}
		h, err := history.Load(path)
		if err != nil {
			fmt.Fprintln(s.err, "hookcheck: warning:", err)
			return nil
		}
		samples.Add(latency.Of(h))
		if told {
			return nil
		}
		meta.Cluster.ServerVersion, meta.Cluster.RuntimeClass = h.Header.ServerVersion, h.Header.RuntimeClass
		if h.Header.Node != "" {
			nodes[h.Header.Node] = reports.Node{Name: h.Header.Node, KubeletVersion: h.Header.KubeletVersion, ContainerRuntimeVersion: h.Header.Runtime}
		}
		return nil
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(s.err, "hookcheck: warning:", err)
	}
	for _, n := range nodes { // an older log does not tell
		meta.Cluster.Nodes = append(meta.Cluster.Nodes, n)
	}
	slices.SortFunc(meta.Cluster.Nodes, func(a, b reports.Node) int { return strings.Compare(a.Name, b.Name) })
	meta.Measurements = samples.Summary()
}
