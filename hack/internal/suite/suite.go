// Package suite runs the hookcheck binary for tools that read its reports.
package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/hookcheck/hookcheck/reports"
)

// cleanWithin is how long an interrupted run may take to remove what it made.
const cleanWithin = 3 * time.Minute

// Call runs a verb of the binary, whose output and errors go to output. When the
// context ends it gets SIGTERM. Any exit code but 0 is an error.
func Call(ctx context.Context, output io.Writer, binary string, args ...string) error {
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = cleanWithin
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", binary, strings.Join(args, " "), err)
	}
	return nil
}

// Run is Call for the verb run. That the cluster is not conformant, or that
// nothing is certain, is no error: the report tells.
func Run(ctx context.Context, output io.Writer, binary string, args ...string) error {
	err := Call(ctx, output, binary, append([]string{"run"}, args...)...)
	var exit *exec.ExitError
	if errors.As(err, &exit) && (exit.ExitCode() == reports.ExitNonConformant || exit.ExitCode() == reports.ExitInconclusive) {
		return nil
	}
	return err
}
