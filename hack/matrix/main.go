// Command matrix runs hookcheck on a kind cluster of each of several Kubernetes
// versions and prints where their verdicts differ:
//
//	go run ./hack/matrix v1.34.8 v1.35.0 v1.36.4 v1.37.0
//	go run ./hack/matrix -from _artifacts/matrix-…   # print the table again
//
// Each version has a cluster of its own, which is removed afterwards. Node images
// are got or built as hack/nodeimage does. Exit codes: 0 where every run was
// conformant, 1 otherwise, 2 for a wrong command line, 130 where interrupted.
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
	"strings"
	"syscall"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/nodeimage"
	"github.com/hookcheck/hookcheck/hack/internal/suite"
	"github.com/hookcheck/hookcheck/reports"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("matrix", flag.ContinueOnError)
	flags.SetOutput(stderr)
	binary := flags.String("hookcheck", "bin/hookcheck", "the `binary`")
	profiles := flags.String("profile", "core,extended,node", "which `profiles`")
	from := flags.String("from", "", "make no runs: read those in this `directory`")
	dir := flags.String("artifacts", filepath.Join("_artifacts", "matrix-"+time.Now().UTC().Format("20060102-150405")), "where the runs' artifacts go")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	versions := flags.Args()
	for _, v := range versions {
		if _, err := nodeimage.ParseVersion(v); err != nil {
			fmt.Fprintln(stderr, "matrix:", err)
			return 2
		}
	}
	var err error
	switch {
	case *from != "" && len(versions) == 0:
		if versions, err = recorded(*from); err != nil {
			fmt.Fprintln(stderr, "matrix:", err)
			return 2
		}
		*dir = *from
	case *from != "" || len(versions) == 0:
		fmt.Fprintln(stderr, "matrix: name versions to run, or a directory with -from")
		return 2
	default:
		for _, v := range versions {
			if err := one(ctx, *binary, *profiles, *dir, v, stderr); err != nil {
				fmt.Fprintln(stderr, "matrix:", err)
				if ctx.Err() != nil {
					return 130
				}
				return 1
			}
		}
	}
	all := make([]reports.Report, 0, len(versions))
	for _, v := range versions {
		r, err := reports.Read(filepath.Join(*dir, v, reports.ReportFile))
		if err != nil {
			fmt.Fprintln(stderr, "matrix:", err)
			return 1
		}
		all = append(all, r)
	}
	if !table(stdout, versions, all) {
		return 1
	}
	return 0
}

// recorded lists the versions of which a directory holds runs.
func recorded(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, e := range entries {
		if _, err := nodeimage.ParseVersion(e.Name()); err == nil {
			versions = append(versions, e.Name())
		}
	}
	if len(versions) == 0 {
		return nil, fmt.Errorf("%s holds no directory called after a version", dir)
	}
	return versions, nil
}

// one makes the run of one version in a cluster of its own.
func one(ctx context.Context, binary, profiles, dir, version string, stderr io.Writer) (err error) {
	image, err := nodeimage.Get(ctx, nodeimage.Options{Kubernetes: version, Logf: func(format string, args ...any) {
		fmt.Fprintf(stderr, version+": "+format+"\n", args...)
	}})
	if err != nil {
		return err
	}
	name := "hookcheck-" + strings.ReplaceAll(version, ".", "-")
	defer func() {
		err = errors.Join(err, suite.Call(context.WithoutCancel(ctx), stderr, binary, "cluster", "delete", "--name", name))
	}()
	return suite.Run(ctx, stderr, binary, "--kind="+name, "--kubernetes", version, "--node-image", image,
		"--profile", profiles, "--artifacts", filepath.Join(dir, version))
}
