// Command peer compares hookcheck with the specs on lifecycle hooks and termination of Kubernetes' own end-to-end suite,
// on the same cluster:
//
//	go run ./hack/peer
//	go run ./hack/peer -mutants K01,P03 -run none         # only see whether upstream's specs notice these mutants
//	go run ./hack/peer -mutants none -run none -artifacts _artifacts/peer-…   # print the table again
//
// It builds that suite (package hack/internal/peer), runs its sets and hookcheck with one process and with eight, tries
// mutants on its specs in the laboratory of hack/mutants, and prints side by side how many behaviours each judges, how
// long each takes, and how many mutants each catches: for a terminal, and as Markdown. With -artifacts it goes on where
// an earlier call ended: mutants with an outcome are not tried again, and runs are replaced. Exit codes: 0, also where
// specs fail; 1 where something could not be run; 2 for a wrong command line; 130 where interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/lab"
	"github.com/hookcheck/hookcheck/hack/internal/nodeimage"
	"github.com/hookcheck/hookcheck/hack/internal/peer"
	"github.com/hookcheck/hookcheck/hack/internal/suite"
	"github.com/hookcheck/hookcheck/reports"
)

// options are the flags.
type options struct {
	kubernetes string
	kind       string
	hookcheck  string
	dir        string
	run        []string
	procs      []int
	mutants    string
	lab        string
	jobs       int
	limit      time.Duration
	budget     time.Duration
	matrix     string
	command    string
}

// note keeps what was measured.
func (o options) note(r *Record) error {
	r.Date, r.Kubernetes, r.Cores = time.Now().UTC().Format(time.DateOnly), o.kubernetes, runtime.NumCPU()
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	return r.write(filepath.Join(o.dir, recordFile))
}

// suites are what -run may name.
var suites = []string{string(peer.Conformance), string(peer.Hooks), string(peer.Termination), ours}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "peer:", err)
		return 2
	}
	err = compare(ctx, o, stdout, stderr)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(stderr, "peer: interrupted; what was finished is in %s\n", o.dir)
		return 130
	case err != nil:
		fmt.Fprintln(stderr, "peer:", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("peer", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.kubernetes, "kubernetes", nodeimage.DefaultVersion, "`version` of Kubernetes, the cluster's")
	flags.StringVar(&o.kind, "kind", cluster.DefaultName, "`name` of the kind cluster, which must be there")
	flags.StringVar(&o.hookcheck, "hookcheck", "bin/hookcheck", "the `binary`")
	flags.StringVar(&o.dir, "artifacts", filepath.Join("_artifacts", "peer-"+time.Now().UTC().Format("20060102-150405")), "where results go, and those of earlier calls are")
	what := flags.String("run", strings.Join(suites, ","), "what to run, or none")
	procs := flags.String("procs", "8,1", "how many specs at once, the quick runs first")
	flags.StringVar(&o.mutants, "mutants", hookMutants, "the `ids` of mutants to try; or hooks for those of a kubelet's handling of hooks, all, or none")
	flags.StringVar(&o.lab, "lab", lab.DefaultName, "`name` of the laboratory's kind cluster, which is made where it is not there")
	flags.IntVar(&o.jobs, "jobs", 4, "how many mutants are tried side by side")
	flags.DurationVar(&o.limit, "limit", 15*time.Minute, "how long specs may take with one mutant")
	flags.DurationVar(&o.budget, "budget", 2*time.Hour, "after how long no other mutant is begun")
	flags.StringVar(&o.matrix, "matrix", "", "the `file` in which hack/mutants left what hookcheck catches")
	flags.StringVar(&o.command, "command", "make peer", "the `command` that the table names")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if _, err := nodeimage.ParseVersion(o.kubernetes); err != nil {
		return o, err
	}
	for p := range strings.SplitSeq(*procs, ",") {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 {
			return o, fmt.Errorf("-procs %s: %q is not a number of processes", *procs, p)
		}
		o.procs = append(o.procs, n)
	}
	if o.limit <= 0 || o.budget <= 0 || o.jobs <= 0 {
		return o, errors.New("-jobs, -limit and -budget must be above zero")
	}
	if *what == "none" {
		return o, nil
	}
	o.run = strings.Split(*what, ",")
	for _, name := range o.run {
		if !slices.Contains(suites, name) {
			return o, fmt.Errorf("-run %s: unknown suite %q%s", *what, name, requirement.Suggest(name, suites))
		}
	}
	return o, nil
}

// compare makes the runs and prints the table.
func compare(ctx context.Context, o options, stdout, stderr io.Writer) error {
	catalogue, err := requirement.Load()
	if err != nil {
		return err
	}
	coverage, err := peer.LoadCoverage(catalogue)
	if err != nil {
		return err
	}
	record, err := readRecord(filepath.Join(o.dir, recordFile))
	if err != nil {
		return err
	}
	c := comparison{record: record, coverage: coverage, catalogue: catalogue, procs: slices.Sorted(slices.Values(o.procs)), command: o.command}
	if o.matrix != "" {
		if c.killed, err = killedBy(o.matrix); err != nil {
			return err
		}
	}
	if len(o.run) > 0 {
		m, err := prepare(ctx, o, coverage, stderr)
		if err != nil {
			return err
		}
		if err := m.all(ctx, o, &c.record); err != nil {
			return err
		}
	}
	if o.mutants != noMutants {
		err = hunt(ctx, o, coverage, &c.record, stderr)
	}
	c.text(stdout)
	fmt.Fprintln(stdout)
	c.markdown(stdout)
	return err
}

// measurement is a cluster, and what is run on it.
type measurement struct {
	tools      peer.Tools
	coverage   peer.Coverage
	kubeconfig string
	client     kubernetes.Interface
	stderr     io.Writer
	logf       func(format string, args ...any)
}

// prepare builds the suite and gives the cluster its images.
func prepare(ctx context.Context, o options, coverage peer.Coverage, stderr io.Writer) (measurement, error) {
	begin := time.Now()
	m := measurement{coverage: coverage, stderr: stderr, logf: func(format string, args ...any) {
		fmt.Fprintf(stderr, "%6.1fs  "+format+"\n", append([]any{time.Since(begin).Seconds()}, args...)...)
	}}
	kind := cluster.NewKind(o.kind)
	var err error
	if m.kubeconfig, err = kind.GenerateKubeconfig(); err != nil {
		return m, fmt.Errorf("%w; make the cluster with: hookcheck cluster create --name %s", err, o.kind)
	}
	config, _, err := cluster.Connect(ctx, m.kubeconfig, kind.GetKubectlContext())
	if err != nil {
		return m, err
	}
	if m.client, err = kubernetes.NewForConfig(config); err != nil {
		return m, err
	}
	if m.tools, err = peer.Build(ctx, m.logf, o.kubernetes); err != nil {
		return m, err
	}
	listed, err := m.tools.Specs(ctx)
	if err != nil {
		return m, err
	}
	if err := coverage.CheckSpecs(listed); err != nil {
		return m, err
	}
	return m, peer.LoadImages(ctx, m.logf, m.tools, kind)
}

// all makes the runs that the options name, and notes each as soon as it is done.
func (m measurement) all(ctx context.Context, o options, record *Record) error {
	for _, procs := range o.procs {
		for _, name := range o.run {
			if err := peer.Tidy(ctx, m.client, ""); err != nil {
				return err
			}
			dir := filepath.Join(o.dir, fmt.Sprintf("%s-%d", name, procs))
			var run Run
			var err error
			if name == ours {
				run, err = m.hookcheck(ctx, o, procs, dir)
			} else {
				run, err = m.upstream(ctx, peer.Set(name), procs, dir)
			}
			if err != nil {
				return err
			}
			m.logf("%s, %d at once: %d passed, %d failed in %.1f s", name, procs, len(run.Passed), len(run.Failed), run.Seconds)
			record.put(run)
			if err := o.note(record); err != nil {
				return err
			}
		}
	}
	return peer.Tidy(ctx, m.client, "")
}

// setTimeout bounds a run of a set. One by one the specs of the largest take half an hour.
const setTimeout = 2 * time.Hour

func (m measurement) upstream(ctx context.Context, set peer.Set, procs int, dir string) (Run, error) {
	specs := m.coverage.Of(set).Specs()
	result, err := m.tools.Run(ctx, peer.Options{Kubeconfig: m.kubeconfig, Specs: specs, Procs: procs, Timeout: setTimeout, Dir: dir})
	if err != nil {
		return Run{}, fmt.Errorf("run upstream's set %s: %w", set, err)
	}
	return upstreamRun(set, procs, specs, result), nil
}

func (m measurement) hookcheck(ctx context.Context, o options, procs int, dir string) (Run, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Run{}, err
	}
	log, err := os.Create(filepath.Join(dir, "log.txt"))
	if err != nil {
		return Run{}, err
	}
	defer log.Close()
	err = suite.Run(ctx, log, o.hookcheck, "--kind="+o.kind, "--kubernetes", o.kubernetes, "--procs", strconv.Itoa(procs), "--artifacts", dir)
	if err != nil {
		return Run{}, fmt.Errorf("%w; see %s", err, log.Name())
	}
	report, err := reports.Read(filepath.Join(dir, reports.ReportFile))
	if err != nil {
		return Run{}, err
	}
	return ourRun(procs, report), nil
}
