package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/fixtures"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

func newExplainCommand(s streams) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Explain a requirement: where it is written, how it is judged, what it has caught, how to see it by hand",
		Long: `Explain one requirement: what it says and how binding that is, where it is written,
for which versions it holds, where kubelets are known to part from it, which
sentences of tutorials it proves or refutes, how it is judged, the commands of
kubectl by which you see the same on your cluster without hookcheck, and which
mutants it has caught: Kubernetes, broken on purpose in one place, in the last trial
of them all.

The check is a function of what was recorded, at the file and line that is named:
"hookcheck judge DIR -r ID" asks it again about a saved run.`,
		Example: `  hookcheck explain prestop.before-term

  # the pods, to try it by hand
  hookcheck explain prestop.before-term -o fixture >fixture.yaml

  # only the commands
  hookcheck explain prestop.before-term -o json | jq -r '.byHand[]'`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return requirementIDs(args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			x, err := explain(args[0])
			if err != nil {
				return err
			}
			switch output {
			case "text":
				_, err := io.WriteString(s.out, x.text(reports.Width(s.out)))
				return err
			case "fixture":
				if x.Fixture == "" {
					return usage("%s has no fixture: %s", x.ID, cmp.Or(x.Untestable, "its scenario creates nothing"))
				}
				_, err := io.WriteString(s.out, x.Fixture)
				return err
			default:
				return writeAs(s.out, output, x, nil)
			}
		},
	}
	formatFlag(cmd, &output, "text, json, yaml, or fixture: the manifest alone", "text", "json", "yaml", "fixture")
	return cmd
}

// requirementIDs completes the first argument.
func requirementIDs(args []string) []string {
	catalogue, err := requirement.Load()
	if err != nil || len(args) > 0 {
		return nil
	}
	var ids []string
	for _, r := range catalogue.All() {
		ids = append(ids, r.ID)
	}
	return ids
}

// An explanation is what there is to know about a requirement.
type explanation struct {
	requirement.Requirement
	// Claims are what tutorials say of it.
	Claims []requirement.Claim `json:"claims,omitempty"`
	// Scenario, Title, Check (file:line) and Steps tell how it is judged; empty
	// where it is untestable.
	Scenario string   `json:"scenario,omitempty"`
	Title    string   `json:"title,omitempty"`
	Check    string   `json:"check,omitempty"`
	Steps    []string `json:"steps,omitempty"`
	// ByHand are the lines of a shell, Fixture the manifest that they apply.
	ByHand  []string `json:"byHand,omitempty"`
	Fixture string   `json:"fixture,omitempty"`
	// Mutants says what the requirement has caught.
	Mutants mutants `json:"mutants"`
}

// mutants are those of the last trial that concern a requirement.
type mutants struct {
	// Kubernetes is what was broken, Tried the day.
	Kubernetes string `json:"kubernetes"`
	Tried      string `json:"tried"`
	// Caught are those that turned the requirement red, Missed the others that were
	// aimed at it.
	Caught []docs.Mutant `json:"caught"`
	Missed []docs.Mutant `json:"missed,omitempty"`
}

func explain(id string) (*explanation, error) {
	catalogue, err := requirement.Load()
	if err != nil {
		return nil, err
	}
	r, err := catalogue.Get(id)
	if err != nil {
		return nil, usage("%w; see `hookcheck list`", err)
	}
	ledger, err := requirement.LoadClaims()
	if err != nil {
		return nil, err
	}
	trial, err := docs.LoadMutants()
	if err != nil {
		return nil, err
	}
	x := &explanation{Requirement: r, Mutants: mutants{Kubernetes: trial.Kubernetes, Tried: trial.Started.UTC().Format(time.DateOnly)}}
	x.Mutants.Caught, x.Mutants.Missed = trial.Of(id)
	for _, c := range ledger.Claims {
		if slices.Contains(c.Requirements, id) {
			x.Claims = append(x.Claims, c)
		}
	}
	for _, sc := range scenario.All() {
		for _, check := range sc.Checks {
			if check.Requirement != id {
				continue
			}
			x.Scenario, x.Title, x.Check = sc.Name, sc.Title, fmt.Sprintf("%s:%d", check.File, check.Line)
			for _, step := range sc.Steps {
				x.Steps = append(x.Steps, step.Text)
			}
			x.ByHand = append([]string{"hookcheck explain " + id + " -o fixture >" + scenario.FixtureFile}, sc.ByHand()...)
			manifest, err := fixtures.Manifest(sc.Name)
			if err != nil {
				return nil, err
			}
			x.Fixture = string(manifest)
		}
	}
	return x, nil
}

// text is the explanation for people.
func (x *explanation) text(width int) string {
	p := sheet{width: cmp.Or(width, 100)}
	p.line("%s  %s, profile %s", x.ID, x.Level, x.Profile)
	p.paragraph("  ", x.Sentence)
	p.line("")
	for _, source := range x.Source {
		p.field("source", source)
	}
	p.field("note", x.Note)
	p.field("versions", versions(x.Since, x.Until))
	p.field("gate", x.Gate)
	p.field("elsewhere", x.Elsewhere)
	for _, need := range x.Needs {
		p.field("needs", string(need))
	}
	if d := x.Deviation; d != nil {
		p.field("documented", d.Documented)
		p.field("actual", d.Actual)
		judged := "what is " + d.Judged
		if d.Sometimes {
			judged += "; it does not happen each time"
		}
		p.field("judged", judged)
		p.field("deviates", versions(d.Since, d.Until))
		p.field("issue", d.Issue)
	}
	for _, c := range x.Claims {
		p.field("claim", fmt.Sprintf("%s, %s: %s", c.ID, c.Verdict, c.Claim))
	}
	if x.Untestable != "" {
		p.line("\nNot judged")
		p.paragraph("  ", x.Untestable)
		return p.String()
	}
	p.line("\nHow it is judged")
	p.field("scenario", x.Scenario+" – "+x.Title)
	p.field("check", x.Check)
	p.field("recorded", scenario.HistoryPath(x.Scenario))
	for i, step := range x.Steps {
		p.field(fmt.Sprintf("step %d", i+1), step)
	}
	x.Mutants.text(&p)
	p.line("\nBy hand (images that your nodes have: see `hookcheck images list`; # is in words)")
	for _, line := range x.ByHand {
		p.line("  %s", line)
	}
	p.line("\nThe fixture, %s\n%s", scenario.FixtureFile, strings.TrimRight(x.Fixture, "\n"))
	return p.String()
}

// text says what was caught, and what was aimed at the requirement and was not.
func (m mutants) text(p *sheet) {
	p.line("\nWhat it has caught: ways to break Kubernetes %s, tried on %s", m.Kubernetes, m.Tried)
	if len(m.Caught) == 0 {
		p.field("none", "No mutant of that trial has turned it red.")
	}
	for _, c := range m.Caught {
		p.field(c.ID, fmt.Sprintf("%s, where this no longer held: %s", c.Component, c.Breaks))
	}
	for _, c := range m.Missed {
		outcome := c.Outcome
		if outcome == "killed" {
			outcome = "others caught it"
		}
		p.field(c.ID, fmt.Sprintf("not caught by it (%s): %s", outcome, c.Breaks))
	}
}

// versions says from which minor to which; empty where nothing limits it.
func versions(since, until string) string {
	switch {
	case since != "" && until != "":
		return "Kubernetes " + since + " to " + until
	case since != "":
		return "since Kubernetes " + since
	case until != "":
		return "until Kubernetes " + until
	}
	return ""
}

// A sheet is text for a terminal.
type sheet struct {
	strings.Builder
	width int
}

func (p *sheet) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// field prints a label and its text, which may be empty.
func (p *sheet) field(label, text string) {
	if text != "" {
		p.wrapped(fmt.Sprintf("  %-11s", label), strings.Repeat(" ", 13), text)
	}
}

func (p *sheet) paragraph(indent, text string) { p.wrapped(indent, indent, text) }

// wrapped breaks a text at spaces; an address longer than the line stays whole.
func (p *sheet) wrapped(first, others, text string) {
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > p.width {
			p.line("%s", line)
			line, empty = others, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	p.line("%s", line)
}
