// Command hookcheck judges whether a cluster treats container lifecycle hooks
// and pod termination the way Kubernetes documents it.
//
// One file a verb: flags and help stand here, what a verb does is in package
// framework and package reports.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

func main() {
	// The root of every other context: a signal ends it, and with it the run.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], streams{out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// exitError is an error with an exit code of its own. Without a text it only
// ends the program.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return fmt.Sprint(e.err) }
func (e *exitError) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &exitError{reports.ExitUsage, fmt.Errorf(format, args...)}
}

// execute runs a command line and returns its exit code.
func execute(ctx context.Context, args []string, s streams) int {
	root := newRootCommand(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	code := reports.ExitInconclusive // where it was asked, not what
	var exit *exitError
	switch {
	case errors.As(err, &exit):
		code = exit.code
	case ctx.Err() != nil:
		code = reports.ExitInterrupted
	case errors.Is(err, cluster.ErrUsage), strings.HasPrefix(err.Error(), "unknown command"), strings.HasPrefix(err.Error(), "accepts "):
		code = reports.ExitUsage
	}
	if exit == nil || exit.err != nil {
		fmt.Fprintln(s.err, "hookcheck:", err)
	}
	return code
}

func newRootCommand(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "hookcheck",
		Short: "Judge how a cluster treats container lifecycle hooks",
		Long: `hookcheck answers one question: does this cluster treat container lifecycle hooks
(postStart, preStop) and the pod termination around them the way Kubernetes
documents it?

Exit codes: 0 conformant; 1 not conformant; 2 wrong usage; 3 the environment did
not allow a verdict; 130 interrupted.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd, err) })
	root.AddCommand(newRunCommand(s), newListCommand(s), newExplainCommand(s), newReportCommand(s), newJudgeCommand(s), newVerifyCommand(s), newCompareCommand(s), newClaimsCommand(s), newClusterCommand(s),
		newCleanupCommand(s), newImagesCommand(s), newVersionCommand(s))
	return root
}

// flagError adds the nearest flag to the error about an unknown one.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	hint := ""
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		hint = requirement.Suggest(unknown.GetSpecifiedName(), names)
	}
	return usage("%w%s; see `%s --help`", err, hint, cmd.CommandPath())
}
