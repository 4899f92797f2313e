package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// latestRun is the value of --run for the last run in _artifacts.
const latestRun = "latest"

func newClaimsCommand(s streams) *cobra.Command {
	var run, output string
	var verdicts []string
	cmd := &cobra.Command{
		Use:   "claims",
		Short: "Print what tutorials claim, and what a run says of it",
		Long: `Print the ledger of claims: sentences of five tutorials about hooks and the end of
pods, each with a verdict, the reason, and the requirements that prove it. Beside
them stands what the last run says: supported, contradicted, open or not judged,
with the verdict on each requirement and where its evidence is.

A requirement states what really happens, also where the claim is refuted. So a
run contradicts the ledger where one of them is non-conformant. Then the exit code
is 1: either this cluster is another one than the ledger was written from, or the
ledger is wrong.

Works without any run, too.`,
		Example: `  hookcheck claims
  hookcheck claims --verdict refuted
  hookcheck claims --run _artifacts/latest -o json | jq '.claims[] | select(.standing == "open") | .id'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			wanted, err := claimVerdicts(verdicts)
			if err != nil {
				return err
			}
			ledger, err := requirement.LoadClaims()
			if err != nil {
				return err
			}
			dir, report, err := runOf(run, cmd.Flags().Changed("run"))
			if err != nil {
				return err
			}
			claims := reports.JudgeClaims(ledger, report).Only(wanted...)
			err = writeAs(s.out, output, claims, func(w io.Writer) error { return reports.WriteClaims(w, claims, tableOptions(s, dir)) })
			if err != nil {
				return err
			}
			if len(claims.Contradicted()) > 0 {
				return &exitError{code: reports.ExitNonConformant}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&run, "run", latestRun, "directory of the run to print beside the claims; latest is _artifacts/latest, if there is one")
	f.StringSliceVar(&verdicts, "verdict", nil, "only claims with this verdict: holds, 'holds with a bound', refuted, 'depends on version', 'not observable'")
	outputFlag(cmd, &output)
	return cmd
}

// claimVerdicts reads --verdict.
func claimVerdicts(names []string) ([]requirement.ClaimVerdict, error) {
	known := map[string]requirement.ClaimVerdict{}
	var all []string
	for _, v := range requirement.ClaimVerdicts {
		known[string(v)] = v
		all = append(all, string(v))
	}
	var wanted []requirement.ClaimVerdict
	for _, name := range names {
		v, ok := known[name]
		if !ok {
			return nil, usage("unknown verdict %q%s", name, requirement.Suggest(name, all))
		}
		wanted = append(wanted, v)
	}
	return wanted, nil
}

// runOf reads the report of a run. Where the user did not name one, none is no
// error.
func runOf(run string, asked bool) (dir string, report reports.Report, err error) {
	dir = run
	if run == latestRun {
		dir = filepath.Join("_artifacts", latestRun)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		if !asked {
			return dir, reports.Report{}, nil
		}
		return dir, reports.Report{}, usage("%s is not a directory with a run's artifacts", dir)
	}
	report, err = readRun(dir)
	if err == nil && report.Run.ID == "" && asked {
		return dir, report, usage("%s holds neither %s nor %s", dir, reports.ReportFile, reports.LogFile)
	}
	return dir, report, err
}
