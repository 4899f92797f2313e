package main

import (
	"fmt"
	"os"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"

	"github.com/hookcheck/hookcheck/framework/scenario"
)

// ginkgoLog is the file in the artifacts directory with Ginkgo's own output.
const ginkgoLog = "ginkgo.log"

// runGinkgo runs the specs, which wait for the scenarios' results. Its output
// goes to a file: what the user sees is progress and table.
//
// Ginkgo's verdict is not ours: a spec is skipped where its requirement was not
// selected, and failed where it is inconclusive. An error is returned where
// Ginkgo itself could not run.
func runGinkgo(r scenario.Runner, log string) error {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644) // of a resumed run it is there
	if err != nil {
		return fmt.Errorf("write Ginkgo's output: %w", err)
	}
	defer out.Close()
	stdout := formatter.ColorableStdOut
	formatter.ColorableStdOut = out
	defer func() { formatter.ColorableStdOut = stdout }()

	scenario.Use(r)
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.Timeout = 0 // the scenarios' own waits are bounded
	reporter.NoColor, reporter.Verbose = true, true
	var failed failure
	ginkgo.RunSpecs(&failed, "hookcheck", suite, reporter)
	return scenario.Aborted()
}

// failure takes Ginkgo's failure, which the results explain.
type failure bool

func (f *failure) Fail() { *f = true }

var _ ginkgo.GinkgoTestingT = (*failure)(nil)
