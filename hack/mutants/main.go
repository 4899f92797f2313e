// Command mutants breaks the kubelet on purpose and sees whether hookcheck
// notices:
//
//	go run ./hack/mutants no-prestop
//
// A definition (catalogue/<id>.yaml) changes one line of Kubernetes' source. The
// kubelet is built from a copy of the module with that change, put into the
// running kind node of hookcheck's, judged by `bin/hookcheck run`, and replaced
// by the stock kubelet again, whatever happened. The mutant is killed where every
// requirement that its definition expects turns the run red.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	version := flags.String("kubernetes", "v1.36.4", "`version` of the running node")
	cluster := flags.String("cluster", "hookcheck", "`name` of the kind cluster")
	only := flags.Bool("expected-only", false, "judge only the requirements that the definition expects")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("usage: mutants [flags] ID")
	}
	d, err := load(flags.Arg(0))
	if err != nil {
		return err
	}
	kubelet, err := build(ctx, d, *version)
	if err != nil {
		return err
	}
	node := node{name: *cluster + "-control-plane"}
	if err := node.swap(ctx, kubelet); err != nil {
		return err
	}
	report, err := judge(ctx, *cluster, d, *only)
	if undo := node.restore(context.WithoutCancel(ctx)); undo != nil {
		return undo
	}
	if err != nil {
		return err
	}
	return tell(d, report)
}

// judge runs hookcheck against the cluster and reads its report.
func judge(ctx context.Context, cluster string, d definition, only bool) (reports.Report, error) {
	dir, err := os.MkdirTemp("_artifacts", "mutant-"+d.ID+"-")
	if err != nil {
		return reports.Report{}, err
	}
	args := []string{"run", "--kind=" + cluster, "--artifacts", dir}
	if only {
		args = append(args, "--requirement", strings.Join(d.Expected, ","))
	}
	cmd := exec.CommandContext(ctx, "bin/hookcheck", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err == nil {
		fmt.Println("hookcheck found nothing")
	}
	return reports.Read(filepath.Join(dir, reports.ReportFile))
}

// tell says whether the mutant was killed, and by what.
func tell(d definition, report reports.Report) error {
	var killers, missed []string
	for _, entry := range report.Results {
		expected := slices.Contains(d.Expected, entry.Requirement)
		switch {
		case entry.Verdict == requirement.NonConformant, entry.Verdict == requirement.UnexpectedPass: // red either way
			killers = append(killers, entry.Requirement)
		case expected:
			missed = append(missed, fmt.Sprintf("%s (%s)", entry.Requirement, entry.Verdict))
		}
	}
	fmt.Printf("\nmutant %s breaks: %s\nred (%d): %s\n", d.ID, d.Breaks, len(killers), strings.Join(killers, ", "))
	if len(missed) > 0 {
		return fmt.Errorf("mutant %s survived these: %s", d.ID, strings.Join(missed, ", "))
	}
	fmt.Printf("mutant %s is killed by all %d requirements that its definition expects\n", d.ID, len(d.Expected))
	return nil
}
