// Command repeat runs hookcheck again and again on one kind cluster and
// compares the verdicts: a suite that is trusted gives the same ones each time.
//
//	go run ./hack/repeat -n 20
//	go run ./hack/repeat -n 10 -load 2 -pause 5s -pause-runs 3
//
// It prints one line a run, and below each the verdicts that differ from the
// first run's, with their reasons. What follows the flags goes to `hookcheck
// run`. Exit codes: 0 where no verdict but inconclusive differs and the share of
// inconclusive ones is not above -inconclusive, 1 otherwise, 2 for a wrong
// command line, 130 where interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/suite"
	"github.com/hookcheck/hookcheck/reports"
)

type options struct {
	runs         int
	load         int
	pause        time.Duration
	pauseRuns    int
	inconclusive float64
	cluster      string
	binary       string
	dir          string
	args         []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("repeat", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.runs, "n", 20, "how many runs")
	flags.IntVar(&o.load, "load", 0, "how many busy loops beside them")
	flags.DurationVar(&o.pause, "pause", 0, "stop the API server for so long in the middle of a run")
	flags.IntVar(&o.pauseRuns, "pause-runs", 3, "in how many of the runs, where -pause is given")
	flags.Float64Var(&o.inconclusive, "inconclusive", 0, "the greatest share of inconclusive verdicts, in percent")
	flags.StringVar(&o.cluster, "kind", "hookcheck", "`name` of the kind cluster")
	flags.StringVar(&o.binary, "hookcheck", "bin/hookcheck", "the `binary`")
	flags.StringVar(&o.dir, "artifacts", filepath.Join("_artifacts", "repeat-"+time.Now().UTC().Format("20060102-150405")), "where the runs' artifacts go")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	o.args = flags.Args()
	if o.runs < 1 || o.load < 0 || o.pauseRuns < 0 {
		fmt.Fprintln(stderr, "repeat: -n must be at least 1, -load and -pause-runs not negative")
		return 2
	}
	ok, err := repeat(ctx, o, stdout)
	switch {
	case ctx.Err() != nil:
		return 130
	case err != nil:
		fmt.Fprintln(stderr, "repeat:", err)
		return 1
	case !ok:
		return 1
	}
	return 0
}

// repeat makes the runs and says whether they agree.
func repeat(ctx context.Context, o options, stdout io.Writer) (bool, error) {
	for range o.load {
		go burn(ctx)
	}
	t := table{out: stdout, limit: o.inconclusive}
	t.head()
	for i := range o.runs {
		dir := filepath.Join(o.dir, fmt.Sprintf("%02d", i+1))
		pause := o.pause
		if !spread(i, o.runs, o.pauseRuns) {
			pause = 0
		}
		if err := once(ctx, o, dir, pause); err != nil {
			return false, err
		}
		report, err := reports.Read(filepath.Join(dir, reports.ReportFile))
		if err != nil {
			return false, err
		}
		t.add(report, pause)
	}
	return t.verdict(), nil
}

// spread chooses k of n runs, evenly: the middle of each k-th part.
func spread(i, n, k int) bool {
	for part := range min(k, n) {
		if i == (2*part+1)*n/(2*min(k, n)) {
			return true
		}
	}
	return false
}

// once makes one run. That it finds something is no error: its report tells.
func once(ctx context.Context, o options, dir string, pause time.Duration) error {
	paused := make(chan error, 1)
	go func() { paused <- stopServer(ctx, o.cluster, pause) }()
	var output strings.Builder
	err := suite.Run(ctx, &output, o.binary, append([]string{"--kind=" + o.cluster, "--artifacts", dir}, o.args...)...)
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, output.String())
	}
	return errors.Join(err, <-paused)
}

// into is when the API server is stopped: when every scenario that runs at once
// has begun.
const into = 15 * time.Second

// stopServer stops the process of the API server on the control plane node of
// the kind cluster and lets it go on after a while. The node does that by
// itself, so that it goes on even where this process ends.
func stopServer(ctx context.Context, cluster string, pause time.Duration) error {
	if pause == 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(into):
	}
	script := fmt.Sprintf("pkill -STOP -x kube-apiserver; sleep %g; pkill -CONT -x kube-apiserver", pause.Seconds())
	out, err := exec.CommandContext(context.WithoutCancel(ctx), "docker", "exec", cluster+"-control-plane", "sh", "-c", script).CombinedOutput()
	if err != nil {
		return fmt.Errorf("stop the API server of cluster %s for %s: %w: %s", cluster, pause, err, out)
	}
	return nil
}

// burn keeps a core busy.
func burn(ctx context.Context) {
	for i := uint64(0); ; i++ {
		if i%(1<<24) == 0 && ctx.Err() != nil {
			return
		}
	}
}
