// Command mutants breaks Kubernetes and its runtime on purpose, one documented behaviour at a time, and sees whether
// hookcheck notices. Its README has the format of the definitions.
//
//	go run ./hack/mutants                          # the whole catalogue
//	go run ./hack/mutants -check                   # are the definitions well-formed, do their anchors still stand?
//	go run ./hack/mutants -build -mutant K01,P*    # do these compile?
//	go run ./hack/mutants -catalogue path/to/dir   # definitions of your own
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/binaries"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/lab"
	"github.com/hookcheck/hookcheck/hack/internal/nodeimage"
	"github.com/hookcheck/hookcheck/hack/mutants/catalogue"
)

type options struct {
	check, build bool
	catalogue    string
	mutants      string
	kubernetes   string

	// for a trial
	hookcheck, cluster    string
	artifacts, page, into string
	side, procs           int
	thorough, namedOnly   bool
	from                  string
	command               []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var o options
	flag.BoolVar(&o.check, "check", false, "only check the definitions, and whether what they change is there")
	flag.BoolVar(&o.build, "build", false, "only check and build")
	flag.StringVar(&o.catalogue, "catalogue", "", "`directory` of definitions, in place of the project's own")
	flag.StringVar(&o.mutants, "mutant", "", "only these `ids`, separated by commas; * stands for anything")
	flag.StringVar(&o.kubernetes, "kubernetes", nodeimage.DefaultVersion, "`version` of Kubernetes")
	flag.StringVar(&o.hookcheck, "hookcheck", "bin/hookcheck", "the `binary`")
	flag.StringVar(&o.cluster, "cluster", lab.DefaultName, "`name` of the kind cluster that is made the laboratory")
	flag.StringVar(&o.artifacts, "artifacts", filepath.Join("_artifacts", "mutants-"+time.Now().UTC().Format("20060102-150405")), "`directory` for what the runs write, and for the matrix")
	flag.StringVar(&o.into, "into", "", "write the matrix to this `file`, too; with -mutant only the lines of these are put into it")
	flag.StringVar(&o.page, "page", "", "write the page to this `file` (default matrix.md beside the artifacts)")
	flag.IntVar(&o.side, "side", 10, "how many mutants are tried side by side")
	flag.IntVar(&o.procs, "procs", 4, "how many scenarios each of them runs at once")
	flag.BoolVar(&o.thorough, "thorough", false, "let every run end, so that the matrix has all verdicts of its scenarios; otherwise a kill ends it")
	flag.BoolVar(&o.namedOnly, "named-only", false, "do not run the other scenarios for survivors")
	flag.StringVar(&o.from, "from", "", "try nothing: write the page of the matrix in this `file` to -page")
	flag.Parse()
	o.command = append([]string{"go", "run", "./hack/mutants"}, os.Args[1:]...)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	if o.from != "" {
		return again(o)
	}
	version, err := nodeimage.ParseVersion(o.kubernetes)
	if err != nil {
		return err
	}
	all, err := check(ctx, o, version)
	if err != nil {
		return err
	}
	chosen := all
	if o.mutants != "" {
		if chosen, err = mutant.Select(all, strings.Split(o.mutants, ",")); err != nil {
			return err
		}
	}
	summarize(out, chosen)
	switch {
	case o.check:
		return nil
	case o.build:
		_, err = build(ctx, version, chosen, out)
		return err
	}
	// All are built, whatever is asked for: what is built once serves for every choice.
	built, err := build(ctx, version, all, out)
	if err != nil {
		return err
	}
	return try(ctx, o, version, all, chosen, built, out)
}

// check loads the catalogue and tries all changes on the sources, so that every error is told at once.
func check(ctx context.Context, o options, version string) ([]mutant.Definition, error) {
	var files fs.FS = catalogue.FS
	if o.catalogue != "" {
		if _, err := os.ReadDir(o.catalogue); err != nil {
			return nil, fmt.Errorf("read the catalogue: %w", err)
		}
		files = os.DirFS(o.catalogue)
	}
	all, err := mutant.Load(files)
	return all, errors.Join(err, binaries.Check(ctx, version, all))
}

func build(ctx context.Context, version string, definitions []mutant.Definition, out io.Writer) (map[string]string, error) {
	logf := func(format string, args ...any) { fmt.Fprintf(os.Stderr, "mutants: "+format+"\n", args...) }
	begin := time.Now()
	built, err := binaries.Build(ctx, logf, version, definitions)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(built)) {
		fmt.Fprintf(out, "%-24s %s\n", name, built[name])
	}
	fmt.Fprintf(out, "built in %s\n", time.Since(begin).Round(100*time.Millisecond))
	return built, nil
}
