// Package command runs other programs, with errors that say which program, with what arguments, and what it
// wrote last.
package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Logf reports progress: one line a call, without a newline at its end.
type Logf func(format string, args ...any)

// Cmd is a program to run. The zero values of all fields but Args mean what they mean in os/exec.
type Cmd struct {
	Args  []string
	Dir   string
	Env   []string // added to the environment of this process
	Stdin io.Reader
	// Stdout gets the standard output where it is set; otherwise Run returns it.
	Stdout io.Writer
}

// Error is a program that could not be started, or that ended with another exit code than 0.
type Error struct {
	Args   []string
	Output string // what it wrote to standard output and error
	Err    error
}

func (e *Error) Error() string {
	line := strings.Join(e.Args, " ")
	if len(line) > 200 {
		line = line[:200] + " …"
	}
	if e.Output == "" {
		return fmt.Sprintf("%s: %v", line, e.Err)
	}
	return fmt.Sprintf("%s: %v:\n%s", line, e.Err, indent(tail(e.Output, 30)))
}

func (e *Error) Unwrap() error { return e.Err }

// Run runs the program and returns its standard output without surrounding white space. When the context
// ends, the program and what it started get SIGTERM, and SIGKILL when it has ended or 5 s later.
func Run(ctx context.Context, c Cmd) (string, error) {
	var out, all bytes.Buffer
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Stdin = c.Dir, c.Stdin
	if len(c.Env) > 0 {
		cmd.Env = append(os.Environ(), c.Env...)
	}
	cmd.Stdout = io.MultiWriter(&out, &all)
	if c.Stdout != nil {
		cmd.Stdout = c.Stdout
	}
	cmd.Stderr = &all
	// A group of its own, so that what the program started ends with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
			if cmd.Process != nil {
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what is left of the group
			}
		}
		return "", &Error{Args: c.Args, Output: all.String(), Err: err}
	}
	return strings.TrimSpace(out.String()), nil
}

// Output is Run for a program that needs nothing but its arguments.
func Output(ctx context.Context, args ...string) (string, error) {
	return Run(ctx, Cmd{Args: args})
}

// tail is the last n lines of s.
func tail(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	if len(lines) > n {
		lines = append([]string{"…"}, lines[len(lines)-n:]...)
	}
	return strings.Join(lines, "\n")
}

func indent(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }
