package reports

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Standing is what a run says of a claim's verdict in the ledger.
type Standing string

// The standings. Requirements state what really happens, so that the ledger is
// contradicted where one of them is violated, or passes though a deviation is
// listed; it is open where one is inconclusive or did not run; and supported by
// all else, if at least one was judged.
const (
	Supported    Standing = "supported"
	Contradicted Standing = "contradicted"
	Open         Standing = "open"
	NotJudged    Standing = "not judged"
)

// Standings lists the standings, the one to look at first first.
var Standings = []Standing{Contradicted, Open, Supported, NotJudged}

// A Proof is the verdict of a run on one requirement of a claim. Verdict is empty
// where the run did not select it.
type Proof struct {
	Requirement string              `json:"requirement"`
	Verdict     requirement.Verdict `json:"verdict,omitempty"`
	Reason      string              `json:"reason,omitempty"`
	History     string              `json:"history,omitempty"`
	Evidence    []int               `json:"evidence,omitempty"`
}

// A JudgedClaim is a claim of the ledger beside what a run says of it.
type JudgedClaim struct {
	requirement.Claim
	Standing Standing `json:"standing"`
	Proofs   []Proof  `json:"proofs,omitempty"`
}

// A JudgedContradiction is a question that documents answer differently, beside
// what a run says of the decision.
type JudgedContradiction struct {
	requirement.Contradiction
	Standing Standing `json:"standing"`
	Proofs   []Proof  `json:"proofs,omitempty"`
}

// Claims is the ledger beside a run.
type Claims struct {
	// Run is the id of the run; empty where there is none.
	Run            string                 `json:"run,omitempty"`
	Documents      []requirement.Document `json:"documents"`
	Claims         []JudgedClaim          `json:"claims"`
	Contradictions []JudgedContradiction  `json:"contradictions,omitempty"`
}

// JudgeClaims puts the ledger beside a report; an empty report judges nothing.
func JudgeClaims(ledger *requirement.Ledger, report Report) Claims {
	entries := map[string]Entry{}
	for _, entry := range report.Results {
		entries[entry.Requirement] = entry
	}
	judged := Claims{Run: report.Run.ID, Documents: ledger.Documents}
	for _, claim := range ledger.Claims {
		standing, proofs := prove(claim.Requirements, entries)
		judged.Claims = append(judged.Claims, JudgedClaim{Claim: claim, Standing: standing, Proofs: proofs})
	}
	for _, c := range ledger.Contradictions {
		standing, proofs := prove(c.Requirements, entries)
		judged.Contradictions = append(judged.Contradictions, JudgedContradiction{Contradiction: c, Standing: standing, Proofs: proofs})
	}
	return judged
}

func prove(requirements []string, entries map[string]Entry) (Standing, []Proof) {
	standing := NotJudged
	var proofs []Proof
	for _, id := range requirements {
		entry := entries[id]
		proofs = append(proofs, Proof{Requirement: id, Verdict: entry.Verdict, Reason: entry.Reason,
			History: entry.History, Evidence: entry.Evidence})
		var says Standing
		switch entry.Verdict {
		case "", requirement.NotApplicable:
			says = NotJudged
		case requirement.Conformant, requirement.KnownDeviation:
			says = Supported
		case requirement.NonConformant, requirement.UnexpectedPass:
			says = Contradicted
		default:
			says = Open
		}
		if slices.Index(Standings, says) < slices.Index(Standings, standing) {
			standing = says
		}
	}
	return standing, proofs
}

// Only returns the claims with one of these verdicts, without the contradictions;
// no verdict is all.
func (c Claims) Only(verdicts ...requirement.ClaimVerdict) Claims {
	if len(verdicts) == 0 {
		return c
	}
	c.Contradictions = nil
	c.Claims = slices.DeleteFunc(slices.Clone(c.Claims), func(claim JudgedClaim) bool { return !slices.Contains(verdicts, claim.Verdict) })
	return c
}

// Contradicted returns the claims whose verdict the run contradicts.
func (c Claims) Contradicted() []JudgedClaim {
	return slices.DeleteFunc(slices.Clone(c.Claims), func(claim JudgedClaim) bool { return claim.Standing != Contradicted })
}

// WriteClaims prints the claims of each document, the questions on which they do
// not agree, and last, where a run contradicts the ledger, which claims and how.
func WriteClaims(w io.Writer, claims Claims, options TableOptions) error {
	t := newTable(options)
	for _, d := range claims.Documents {
		t.document(d, claims)
	}
	if len(claims.Contradictions) > 0 {
		t.line(t.paint(bold, "where they do not agree"))
		for _, c := range claims.Contradictions {
			t.line("")
			t.standing(printable(c.Question), c.Standing, claims.Run)
			t.field("", "Asked by "+strings.Join(c.Claims, ", ")+".")
			t.field("", c.Decision)
			t.proofs(c.Proofs, claims.Run)
		}
		t.line("")
	}
	t.claimsSummary(claims)
	_, err := io.WriteString(w, t.text.String())
	return err
}

func (t *table) document(d requirement.Document, claims Claims) {
	first := true
	for _, c := range claims.Claims {
		if !strings.HasPrefix(c.ID, d.ID+"-") || len(c.ID) != len(d.ID)+3 {
			continue
		}
		if first {
			first = false
			title := d.Title
			if d.Year != 0 {
				title += fmt.Sprintf(" (%d)", d.Year)
			}
			t.line(t.paint(bold, printable(d.ID)) + "  " + printable(title))
		}
		t.line("")
		t.standing(printable(c.ID)+"  "+t.paint(claimColours[c.Verdict], string(c.Verdict)), c.Standing, claims.Run)
		t.field("claim", c.Claim.Claim)
		t.field("because", c.Reason)
		t.field("source", strings.Join(c.Source, ", "))
		t.proofs(c.Proofs, claims.Run)
	}
	if !first {
		t.line("")
	}
}

// standing prints a heading with what the run says, if there is one.
func (t *table) standing(heading string, s Standing, run string) {
	if run != "" {
		heading += "  " + t.paint(standingColours[s], string(s))
	}
	t.line(heading)
}

func (t *table) proofs(proofs []Proof, run string) {
	longest := 0
	for _, p := range proofs {
		longest = max(longest, len(p.Requirement))
	}
	for _, p := range proofs {
		line := "    " + printable(p.Requirement)
		if run != "" {
			line = fmt.Sprintf("    %-*s  %s", longest, printable(p.Requirement), cmp.Or(string(p.Verdict), "not selected"))
			switch {
			case p.Verdict != "" && p.History != "":
				line += "  " + t.path(p.History) + events(p.Evidence)
			case p.Reason != "":
				line = t.fit(line + "  " + oneLine(printable(p.Reason)))
			}
		}
		t.line(line)
	}
}

func (t *table) claimsSummary(claims Claims) {
	byVerdict, byStanding := map[requirement.ClaimVerdict]int{}, map[Standing]int{}
	for _, c := range claims.Claims {
		byVerdict[c.Verdict]++
		byStanding[c.Standing]++
	}
	var verdicts, standings []string
	for _, v := range requirement.ClaimVerdicts {
		if byVerdict[v] > 0 {
			verdicts = append(verdicts, fmt.Sprintf("%d %s", byVerdict[v], v))
		}
	}
	for _, s := range Standings {
		if byStanding[s] > 0 {
			standings = append(standings, fmt.Sprintf("%d %s", byStanding[s], s))
		}
	}
	t.line(plural(len(claims.Claims), "claim") + ": " + strings.Join(verdicts, ", "))
	if claims.Run == "" {
		t.line("no run: see hookcheck run")
		return
	}
	t.line("run " + printable(claims.Run) + ": " + strings.Join(standings, ", "))
	wrong := claims.Contradicted()
	if len(wrong) == 0 {
		return
	}
	t.line("")
	t.line(t.paint(red, fmt.Sprintf("THE RUN CONTRADICTS THE LEDGER on %s:", plural(len(wrong), "claim"))))
	for _, c := range wrong {
		for _, p := range c.Proofs {
			if p.Verdict == requirement.NonConformant || p.Verdict == requirement.UnexpectedPass {
				t.line(t.fit(fmt.Sprintf("  %s (%s): %s is %s: %s", printable(c.ID), c.Verdict, printable(p.Requirement), p.Verdict, oneLine(printable(p.Reason)))))
			}
		}
	}
}

var claimColours = map[requirement.ClaimVerdict]string{
	requirement.Holds:            green,
	requirement.HoldsWithin:      yellow,
	requirement.Refuted:          red,
	requirement.DependsOnVersion: cyan,
	requirement.NotObservable:    dim,
}

var standingColours = map[Standing]string{Supported: green, Contradicted: red, Open: yellow, NotJudged: dim}
