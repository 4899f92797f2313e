// Command mutants breaks Kubernetes and its runtime on purpose, one documented behaviour at a time, and sees whether
// hookcheck notices. Its README has the format of the definitions.
//
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
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/binaries"
	"github.com/hookcheck/hookcheck/hack/internal/nodeimage"
	"github.com/hookcheck/hookcheck/hack/mutants/catalogue"
)

type options struct {
	check, build bool
	catalogue    string
	mutants      string
	kubernetes   string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var o options
	flag.BoolVar(&o.check, "check", false, "only check the definitions, and whether what they change is there")
	flag.BoolVar(&o.build, "build", false, "only check and build")
	flag.StringVar(&o.catalogue, "catalogue", "", "`directory` of definitions, in place of the project's own")
	flag.StringVar(&o.mutants, "mutant", "", "only these `ids`, separated by commas; * stands for anything")
	flag.StringVar(&o.kubernetes, "kubernetes", nodeimage.DefaultVersion, "`version` of Kubernetes")
	flag.Parse()
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	version, err := nodeimage.ParseVersion(o.kubernetes)
	if err != nil {
		return err
	}
	definitions, err := check(ctx, o, version)
	if err != nil {
		return err
	}
	summarize(out, definitions)
	if o.check {
		return nil
	}
	return build(ctx, version, definitions, out)
}

// check returns the definitions that are asked for. All are loaded, and of those all changes are tried, so that every
// error is told at once.
func check(ctx context.Context, o options, version string) ([]mutant.Definition, error) {
	var files fs.FS = catalogue.FS
	if o.catalogue != "" {
		files = os.DirFS(o.catalogue)
	}
	all, err := mutant.Load(files)
	if o.mutants != "" {
		selected, unknown := mutant.Select(all, strings.Split(o.mutants, ","))
		if err == nil { // else it may be one of those that are wrong
			err = unknown
		}
		all = selected
	}
	return all, errors.Join(err, binaries.Check(ctx, version, all))
}

func build(ctx context.Context, version string, definitions []mutant.Definition, out io.Writer) error {
	logf := func(format string, args ...any) { fmt.Fprintf(os.Stderr, "mutants: "+format+"\n", args...) }
	begin := time.Now()
	built, err := binaries.Build(ctx, logf, version, definitions)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(built)) {
		fmt.Fprintf(out, "%-24s %s\n", name, built[name])
	}
	fmt.Fprintf(out, "built in %s\n", time.Since(begin).Round(100*time.Millisecond))
	return nil
}
