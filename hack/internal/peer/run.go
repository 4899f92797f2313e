package peer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// Options say what to run, and on which cluster.
type Options struct {
	Kubeconfig string
	Specs      []string // full names
	Procs      int      // how many specs at once
	Prefix     string   // with which the names of their namespaces begin
	FailFast   bool     // end with the first failure
	Timeout    time.Duration
	Dir        string // for the report, and the log with all that the suite prints
}

// cleanWithin is how long an interrupted run may take to remove its namespaces.
const cleanWithin = 2 * time.Minute

// Run runs specs. That some fail is no error: the result tells.
func (t Tools) Run(ctx context.Context, o Options) (Result, error) {
	dir, err := filepath.Abs(o.Dir) // the suite runs in the directory of its binary
	if err != nil {
		return Result{}, err
	}
	kubeconfig, err := filepath.Abs(o.Kubeconfig)
	if err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Result{}, err
	}
	log, err := os.Create(filepath.Join(dir, "log.txt"))
	if err != nil {
		return Result{}, err
	}
	defer log.Close()
	junit := filepath.Join(dir, "junit_01.xml")
	if err := os.Remove(junit); err != nil && !errors.Is(err, os.ErrNotExist) { // of an earlier run
		return Result{}, err
	}

	args := []string{
		fmt.Sprintf("--procs=%d", o.Procs), fmt.Sprintf("--timeout=%s", o.Timeout), "--no-color", "--silence-skips",
		"--focus=" + focus(o.Specs),
	}
	if o.FailFast {
		args = append(args, "--fail-fast")
	}
	args = append(args, t.path("e2e.test"), "--",
		"--kubeconfig="+kubeconfig, "--kubectl-path="+t.path("kubectl"), "--provider=skeleton", "--report-dir="+dir,
		// Of one failure it prints enough; waiting for add-ons is not what is measured.
		"--dump-logs-on-failure=false", "--minStartupPods=-1", "--allowed-not-ready-nodes=-1")
	cmd := exec.CommandContext(ctx, t.path("ginkgo"), args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), prefixVariable+"="+o.Prefix)
	// A group of its own: an interrupt of the terminal must reach it once, by way of ginkgo.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = cleanWithin
	start := time.Now()
	runErr := cmd.Run()
	result := Result{Seconds: time.Since(start).Seconds()}
	if ctx.Err() != nil {
		if cmd.Process != nil {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // e2e.test may outlive ginkgo; none left is no error
		}
		return result, ctx.Err()
	}
	var exit *exec.ExitError
	if runErr != nil && !errors.As(runErr, &exit) {
		return result, fmt.Errorf("run the suite: %w", runErr)
	}
	result.Specs, err = readJUnit(junit)
	if err != nil {
		return result, fmt.Errorf("the suite left no result: %w; see %s", err, log.Name())
	}
	if len(result.Specs) == 0 {
		return result, fmt.Errorf("none of %d specs ran; see %s", len(o.Specs), log.Name())
	}
	return result, nil
}

// focus is the regular expression that selects these specs and no others. What it is matched against begins with the
// name of the suite.
func focus(specs []string) string {
	quoted := make([]string, len(specs))
	for i, s := range specs {
		quoted[i] = regexp.QuoteMeta(s)
	}
	return "^Kubernetes e2e suite (" + strings.Join(quoted, "|") + ")$"
}
