package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

func newVerifyCommand(s streams) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "verify DIR|REPORT",
		Short: "Verify that a report is what its run found",
		Long: `Verify the report of a run, say one that somebody sent you: whether report.json is
what its schema says ("hookcheck report --schema"); whether its counts, outcome and
exit code follow from its results; whether results.jsonl, which was
written verdict by verdict, has the same results; whether junit.xml shows the same;
whether each history is there and unchanged; and whether the checks of this
hookcheck, asked again, come to the same verdicts. Needs no cluster.

It finds what contradicts. Who writes every file anew, histories included, is not
found out: reports are not signed.

Exit codes: 0 all agrees; 1 something contradicts; 2 wrong usage; 3 nothing
contradicts, but something could not be verified, since a file is missing or the
report is by a hookcheck with another catalogue.`,
		Example: `  hookcheck verify _artifacts/latest
  hookcheck verify their-run/report.json -o json | jq -r '.findings[] | .file + ": " + .what'`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, path, err := reportIn(args[0])
			if err != nil {
				return err
			}
			v, err := verify(dir, path)
			if err != nil {
				return err
			}
			if err := writeAs(s.out, output, v, func(w io.Writer) error { return verification(w, v) }); err != nil {
				return err
			}
			switch {
			case len(v.Findings) > 0:
				return &exitError{code: reports.ExitNonConformant}
			case len(v.Open) > 0:
				return &exitError{code: reports.ExitInconclusive}
			}
			return nil
		},
	}
	outputFlag(cmd, &output)
	return cmd
}

// reportIn finds the report.json of a directory, or is given it.
func reportIn(arg string) (dir, path string, err error) {
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", "", usage("%s does not exist: name a run's directory, such as _artifacts/latest, or its %s", arg, reports.ReportFile)
	case err != nil:
		return "", "", err
	case !info.IsDir():
		return filepath.Dir(arg), arg, nil
	}
	path = filepath.Join(arg, reports.ReportFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", "", usage("%s has no %s; `hookcheck report DIR` makes one of what a killed run left", arg, reports.ReportFile)
	}
	return arg, path, nil
}

// verify compares the files of a run, and judges its histories again.
func verify(dir, path string) (*reports.Verification, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	report, err := reports.Parse(data)
	if err != nil { // a file that is no report is what verify is there to find
		v := &reports.Verification{Findings: []reports.Finding{{File: reports.ReportFile, What: err.Error()}}, Open: []string{}, Agreed: []string{}}
		v.Schema(data, false)
		return v, nil
	}
	catalogue, err := requirement.Load()
	if err != nil {
		return nil, err
	}
	v := reports.Verify(dir, report)
	v.Schema(data, report.Suite.Version == suite().Version)
	own := reports.Digest(catalogue.All())
	if own != report.Catalogue.Digest {
		v.Open = append(v.Open, fmt.Sprintf("the report is by hookcheck %s with another catalogue, %s; this is %s with %s, whose checks may be others",
			report.Suite.Version, report.Catalogue.Digest, suite().Version, own))
	}
	return v, verifyVerdicts(v, report, catalogue, own == report.Catalogue.Digest)
}

// verifyVerdicts judges the histories again. Another verdict is a contradiction
// where the catalogue is the report's; else the check may have changed.
func verifyVerdicts(v *reports.Verification, report reports.Report, catalogue *requirement.Catalogue, ours bool) error {
	scenarios := map[string]*scenario.Scenario{}
	for _, sc := range scenario.All() {
		for _, c := range sc.Checks {
			scenarios[c.Requirement] = sc
		}
	}
	same, unjudged := 0, 0
	for _, e := range report.Results {
		sc := scenarios[e.Requirement]
		switch {
		case e.Verdict == requirement.NotApplicable || e.Verdict == requirement.NotRun:
			unjudged++ // it was not judged from a history
			continue
		case sc == nil:
			v.Open = append(v.Open, e.Requirement+": this hookcheck has no check for it")
			continue
		case v.Histories[sc.Name] == nil:
			if _, named := v.Histories[e.Scenario]; named {
				v.Open = append(v.Open, e.Requirement+": this hookcheck judges it in another scenario, "+sc.Name)
			} else if e.History == "" {
				v.Find(reports.ReportFile, "%s is %s, and names no history that it follows from", e.Requirement, e.Verdict)
			}
			continue
		}
		r, err := catalogue.Get(e.Requirement)
		if err != nil {
			return err
		}
		again, err := judgeAgain(sc, v.Histories[sc.Name], r, report.Selection.NoKnown)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%s: the report says %s, judged again it is %s", e.Requirement, e.Verdict, again.Verdict)
		switch {
		case again.Verdict != e.Verdict && ours:
			v.Find(e.History, "%s", what)
			continue
		case again.Verdict != e.Verdict:
			v.Open = append(v.Open, what)
			continue
		}
		same++
	}
	if same > 0 {
		v.Agreed = append(v.Agreed, fmt.Sprintf("judged again, %d verdicts are the same", same))
	}
	if unjudged > 0 {
		v.Agreed = append(v.Agreed, fmt.Sprintf("%d requirements without a verdict from a history (not applicable, not run) are as the run says", unjudged))
	}
	return nil
}

// verification prints what agrees, what is open and what contradicts, and last the
// whole in a line.
func verification(w io.Writer, v *reports.Verification) error {
	p := sheet{}
	for _, what := range v.Agreed {
		p.line("agrees       %s", what)
	}
	for _, what := range v.Open {
		p.line("open         %s", what)
	}
	for _, finding := range v.Findings {
		p.line("contradicts  %s", finding)
	}
	switch {
	case len(v.Findings) > 0:
		p.line("\nnot what the run found: %d contradictions", len(v.Findings))
	case len(v.Open) > 0:
		p.line("\nnothing contradicts, and not all could be verified")
	default:
		p.line("\nverified")
	}
	_, err := io.WriteString(w, p.String())
	return err
}
