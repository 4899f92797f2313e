// Command margins reads saved runs and prints the bounds of time that were nearest to being missed: a spec that will be
// flaky shows here long before it fails.
//
//	go run ./hack/margins _artifacts/repeat-20261122-044803/*/
//	go run ./hack/margins -below 2s _artifacts/latest
//
// It judges no requirement anew, needs no cluster, and changes nothing in the directories. Exit codes: 0; 1 where a
// directory has no histories or one of them cannot be read; 2 for a wrong command line.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/scenario"
	_ "github.com/hookcheck/hookcheck/suites" // registers the scenarios
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("margins", flag.ContinueOnError)
	flags.SetOutput(stderr)
	below := flags.Duration("below", time.Second, "print bounds that were kept by less than this")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(stderr, "margins: name the directories of runs, such as _artifacts/latest")
		return 2
	}
	all := table{}
	for _, dir := range flags.Args() {
		if err := all.read(dir); err != nil {
			fmt.Fprintln(stderr, "margins:", err)
			return 1
		}
	}
	if err := all.write(stdout, *below); err != nil {
		fmt.Fprintln(stderr, "margins:", err)
		return 1
	}
	return 0
}

// read adds the histories of a run.
func (t table) read(dir string) error {
	found := 0
	root := filepath.Join(dir, "histories")
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".jsonl") {
			return err
		}
		h, err := history.Load(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		s, err := scenario.Lookup(h.Header.Scenario)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		found++
		for requirement, margins := range s.Margins(h) {
			for _, m := range margins {
				t.add(requirement, m, dir)
			}
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) || err == nil && found == 0 {
		return fmt.Errorf("%s holds no histories; name a directory that a run wrote", dir)
	}
	return err
}
