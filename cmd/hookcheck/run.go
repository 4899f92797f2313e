package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/fixtures"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/run"
)

// runOptions are the flags of `hookcheck run`.
type runOptions struct {
	selection
	target
	artifacts    string
	name         string
	images       []string
	node         string
	runtimeClass string
	procs        int
	noKnown      bool
	rerunFailed  string
	resume       string
	dryRun       bool
	given        func(flag string) bool // whether the user gave it
}

func newRunCommand(s streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Judge a cluster",
		Long: `Run scenarios in a cluster, record what happens, and judge it.

The cluster is the one of the current kubeconfig context, or with --kind a kind
cluster on this machine. Everything is done in a namespace of its own, which is
removed at the end, also after an interrupt.

The artifacts directory gets index.html (open it in a browser: verdicts, evidence,
timelines), junit.xml, report.json, summary.md (for the page of a CI job),
badge.svg and badge.json, results.jsonl (each verdict as soon as it is known;
"hookcheck report" makes the others from it) and histories/ (what was recorded;
"hookcheck judge" reads it). It is _artifacts/<run>, with _artifacts/latest pointing
to it, or what $ARTIFACTS or --artifacts says.

A run that was killed, interrupted, or ended by a full disk goes on with --resume
DIR: what has a verdict there keeps it, the rest is run, and the report is on the
whole and says so. It must be the same run: what differs in hookcheck, selection,
cluster, versions, node or runtime is named, and refused with exit code 2. Say again
which cluster and images are meant; the selection is the first part's.

With --dry-run nothing is run: the selection is written down, every requirement of
it as not run. That is no verdict, and the exit code is 3.

Exit codes: 0 conformant; 1 not conformant; 2 wrong usage; 3 the environment did
not allow a verdict; 130 interrupted.`,
		Example: `  # the cluster of the current context
  hookcheck run

  # a kind cluster, created where it is missing
  hookcheck run --kind

  # one area only, or one requirement
  hookcheck run --requirement 'grace.*'
  hookcheck run -r prestop.before-term

  # what is documented as binding, and no excuses
  hookcheck run --level must --no-known

  # what failed in the last run, or was lost when it was killed, once more; the
  # verdict is on that alone, and the last run's report stays as it is
  hookcheck run --rerun-failed _artifacts/latest

  # go on with a run that was killed
  hookcheck run --resume _artifacts/latest

  # another container runtime of the node
  hookcheck run --runtime-class crun

  # a cluster that cannot pull from this machine
  hookcheck images push registry.example/hookcheck
  hookcheck run --image agent=registry.example/hookcheck/agent:TAG`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.procs < 1 {
				return usage("--procs %d: at least one scenario must run at once", o.procs)
			}
			if cmd.Flags().Changed("resume") && o.resume == "" {
				return usage("--resume: name the directory of the run to go on with")
			}
			if cmd.Flags().Changed("run") {
				if err := run.CheckName(o.name); err != nil {
					return usage("--run: %w", err)
				}
			}
			o.given = cmd.Flags().Changed
			if o.resume != "" {
				for _, name := range []string{"rerun-failed", "run", "artifacts", "dry-run"} {
					if o.given(name) {
						return usage("--resume and --%s exclude each other: the run that goes on stays where and what it is", name)
					}
				}
			}
			if o.rerunFailed != "" {
				for _, name := range []string{"requirement", "profile", "level", "label-filter"} {
					if o.given(name) {
						return usage("--rerun-failed and --%s exclude each other: what is run again is what failed", name)
					}
				}
				if err := o.again(o.rerunFailed); err != nil {
					return err
				}
			}
			return o.run(cmd.Context(), s)
		},
	}
	o.selection.flags(cmd, requirement.Core, requirement.Extended)
	o.target.flags(cmd)
	o.kindFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.artifacts, "artifacts", "", "directory for reports and histories (default $ARTIFACTS, then _artifacts/<run>)")
	f.StringArrayVar(&o.images, "image", nil, "use another reference for an image: name=reference; see hookcheck images list")
	f.StringVar(&o.node, "node", "", "judge this node (default the one that the scheduler chooses)")
	f.StringVar(&o.runtimeClass, "runtime-class", "", "give every pod this RuntimeClass, static pods too (default none: the node's default runtime)")
	f.StringVar(&o.name, "run", "", "name of the run: its namespace is hookcheck-NAME (default time and four random digits)")
	f.IntVar(&o.procs, "procs", defaultProcs, "how many scenarios run at once")
	f.StringVar(&o.rerunFailed, "rerun-failed", "", "only what in this directory of a run is red, inconclusive or not run")
	f.StringVar(&o.resume, "resume", "", "go on with the run in this directory: run only what has no verdict there")
	f.BoolVar(&o.dryRun, "dry-run", false, "run nothing, and write down what would be judged")
	noKnownFlag(cmd, &o.noKnown)
	for _, name := range []string{"artifacts", "rerun-failed", "resume"} {
		_ = cmd.MarkFlagDirname(name) // fails for an unknown flag only
	}
	return cmd
}

// noKnownFlag adds --no-known.
func noKnownFlag(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "no-known", false, "judge known deviations like anything else: a violation is non-conformant though the catalogue lists it")
}

// defaultProcs keeps one kind node with two cores busy. More at once is no faster there, and makes the kubelet late: the
// median from a deletion to its preStop hook was 1.2 s with 8 at once, 1.5 s with 12 and 2.4 s with 16, in runs of 161,
// 145 and 155 s. `make bench-procs PROCS="8 12 16"` measures that.
const defaultProcs = 12

// imageOverrides reads name=reference pairs: manifest reference -> reference to
// use.
func imageOverrides(pairs []string) (map[string]string, error) {
	images, err := fixtures.Images()
	if err != nil {
		return nil, err
	}
	var names []string
	byName := map[string]fixtures.Image{}
	for _, i := range images {
		names = append(names, i.Name)
		byName[i.Name] = i
	}
	overrides := map[string]string{}
	for _, pair := range pairs {
		name, reference, ok := strings.Cut(pair, "=")
		image, known := byName[name]
		switch {
		case !ok || reference == "":
			return nil, usage("--image %q: write name=reference", pair)
		case !known:
			return nil, usage("--image %q: unknown image %q%s", pair, name, requirement.Suggest(name, names))
		}
		overrides[image.Reference] = reference
	}
	return overrides, nil
}
