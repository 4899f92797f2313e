// Command tally says in one line how a run ended:
//
//	go run ./hack/tally [-also-failed N] DIR
//	76 passed, 0 failed, 0 skipped
//
// Before it, on standard error, stands each finding with its evidence, as hookcheck's own table has it: the tail of a log
// is often all that is kept.
//
// Conformant counts as passed, not applicable and known deviation as skipped, and everything else as failed, an unexpected
// pass included. A directory without a report counts as one failure; so does each of N others, which a script saw.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hookcheck/hookcheck/reports"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit code: 0, also where something failed; 2 for a wrong command line; 3 for a report that cannot be
// read.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("tally", flag.ContinueOnError)
	flags.SetOutput(stderr)
	also := flags.Int("also-failed", 0, "count `N` more failures")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() != 1 {
		fmt.Fprintln(stderr, "tally: name one directory with a run's artifacts")
		return 2
	}
	report, err := reports.Read(filepath.Join(flags.Arg(0), reports.ReportFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fmt.Fprintln(stderr, "tally:", err)
		*also++
	case err != nil:
		fmt.Fprintln(stderr, "tally:", err)
		return 3
	}
	if err := reports.WriteFindings(stderr, report, reports.TableOptions{Dir: flags.Arg(0)}); err != nil {
		return 3
	}
	fmt.Fprintln(stdout, line(report.Summary, *also))
	return 0
}

func line(s reports.Summary, also int) string {
	skipped := s.NotApplicable + s.KnownDeviation
	return fmt.Sprintf("%d passed, %d failed, %d skipped", s.Conformant, s.Total()-s.Conformant-skipped+also, skipped)
}
