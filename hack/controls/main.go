// Command controls runs hookcheck on nodes that only pretend to run pods, and shows what it still calls conformant:
//
//	go run ./hack/controls
//	go run ./hack/controls -only kwok,virtual-kubelet
//
// The fakes are KWOK's controller, the hollow kubelet of kubemark and the mock provider of virtual-kubelet. Each is
// built from its module, joins a running kind cluster as one more node, is judged, and is removed. Nothing runs there:
// no hook, no signal, no grace period. Whatever is conformant on all of them is answered by the API alone, and says
// nothing about a node.
//
// Exit codes: 0 where every fake is red, 1 where one is not or could not be judged, 2 for a wrong command line.
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
	"slices"
	"strings"
	"syscall"
	"time"

	"sigs.k8s.io/kind/pkg/cluster"

	"github.com/hookcheck/hookcheck/hack/internal/suite"
	"github.com/hookcheck/hookcheck/reports"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type options struct {
	binary, kind, kubernetes, dir, page string
	only                                []string
	procs                               string
	args                                []string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("controls", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.binary, "hookcheck", "bin/hookcheck", "the `binary`")
	flags.StringVar(&o.kind, "kind", "hookcheck", "`name` of the kind cluster")
	flags.StringVar(&o.kubernetes, "kubernetes", "v1.36.4", "`version` of the hollow kubelet")
	flags.StringVar(&o.dir, "artifacts", filepath.Join("_artifacts", "controls-"+time.Now().UTC().Format("20060102-150405")), "where the runs' artifacts go")
	flags.StringVar(&o.page, "page", "", "write the result to this `file`, too, as Markdown")
	flags.StringVar(&o.procs, "procs", "100", "how many scenarios run at once: they wait for what never comes")
	only := flags.String("only", "", "only these fakes")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	o.args = flags.Args()
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	chosen, err := choose(o.only)
	if err != nil {
		fmt.Fprintln(stderr, "controls:", err)
		return 2
	}
	var judged []judgement
	for _, f := range chosen {
		report, err := o.judge(ctx, f, stderr)
		if err != nil {
			fmt.Fprintf(stderr, "controls: %s: %v\n", f.name, err)
			return 1
		}
		judged = append(judged, judgement{fake: f, report: report})
	}
	page := fmt.Sprintf("# Controls: nodes that only pretend\n\nWritten by `%s` on %s.\n\n", strings.Join(append([]string{"controls"}, args...), " "),
		time.Now().UTC().Format(time.DateOnly)) + text(judged)
	fmt.Fprint(stdout, page)
	if o.page != "" {
		if err := os.WriteFile(o.page, []byte(page), 0o644); err != nil {
			fmt.Fprintln(stderr, "controls:", err)
			return 1
		}
	}
	if slices.ContainsFunc(judged, func(j judgement) bool { return j.report.Summary.Red() == 0 }) {
		return 1
	}
	return 0
}

// choose returns the fakes of these names, or all.
func choose(names []string) ([]fake, error) {
	if len(names) == 0 {
		return fakes, nil
	}
	var chosen []fake
	for _, name := range names {
		i := slices.IndexFunc(fakes, func(f fake) bool { return f.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no fake %q: there are kwok, hollow and virtual-kubelet", name)
		}
		chosen = append(chosen, fakes[i])
	}
	return chosen, nil
}

// judge builds a fake, has it join the cluster, and runs hookcheck on its node.
func (o options) judge(ctx context.Context, f fake, stderr io.Writer) (report reports.Report, err error) {
	dir, err := filepath.Abs(filepath.Join(o.dir, f.name))
	if err != nil {
		return report, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return report, err
	}
	s := site{node: "hookcheck-fake-" + f.name, kubernetes: o.kubernetes, kind: o.kind, kubeconfig: filepath.Join(dir, "kubeconfig"), dir: dir,
		logf: func(format string, args ...any) { fmt.Fprintf(stderr, format+"\n", args...) }}
	if err := cluster.NewProvider(cluster.ProviderWithDocker()).ExportKubeConfig(o.kind, s.kubeconfig, false); err != nil {
		return report, fmt.Errorf("kind cluster %s (make e2e creates one): %w", o.kind, err)
	}
	leave, err := s.join(ctx, f)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, leave()) }()
	err = suite.Run(ctx, stderr, o.binary, append([]string{"--kubeconfig", s.kubeconfig, "--node", s.node, "--procs", o.procs,
		"--artifacts", filepath.Join(dir, "run")}, o.args...)...)
	if err != nil {
		return report, err
	}
	return reports.Read(filepath.Join(dir, "run", reports.ReportFile))
}
