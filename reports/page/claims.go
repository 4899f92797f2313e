package page

import (
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// claims is the ledger beside the run, by document.
type claims struct {
	Total     int
	Verdicts  []count // by what the ledger says
	Standings []count // by what the run says
	Groups    []claimGroup
	Questions []question
}

type claimGroup struct {
	requirement.Document
	Claims []claim
}

type claim struct {
	reports.JudgedClaim
	Links []link
}

type question struct{ reports.JudgedContradiction }

var claimClasses = map[requirement.ClaimVerdict]string{
	requirement.Holds: "v-ok", requirement.HoldsWithin: "v-warn", requirement.Refuted: "v-bad",
	requirement.DependsOnVersion: "v-known", requirement.NotObservable: "v-na",
}

var standingClasses = map[reports.Standing]string{
	reports.Supported: "v-ok", reports.Contradicted: "v-bad", reports.Open: "v-warn", reports.NotJudged: "v-na",
}

// Class is the colour of what the ledger says.
func (c claim) Class() string { return claimClasses[c.Verdict] }

// StandingClass is the colour of what the run says.
func (c claim) StandingClass() string { return standingClasses[c.Standing] }

// StandingClass is the colour of what the run says.
func (q question) StandingClass() string { return standingClasses[q.Standing] }

func newClaims(judged reports.Claims, server string) *claims {
	c := &claims{Total: len(judged.Claims)}
	byVerdict, byStanding := map[requirement.ClaimVerdict]int{}, map[reports.Standing]int{}
	for _, d := range judged.Documents {
		group := claimGroup{Document: d}
		for _, j := range judged.Claims {
			// An id is its document's and a number.
			if j.ID[:max(0, strings.LastIndexByte(j.ID, '-'))] == d.ID {
				group.Claims = append(group.Claims, claim{j, sources(j.Source, server)})
				byVerdict[j.Verdict]++
				byStanding[j.Standing]++
			}
		}
		c.Groups = append(c.Groups, group)
	}
	for _, v := range requirement.ClaimVerdicts {
		if byVerdict[v] > 0 {
			c.Verdicts = append(c.Verdicts, count{string(v), claimClasses[v], byVerdict[v]})
		}
	}
	for _, s := range reports.Standings {
		if byStanding[s] > 0 {
			c.Standings = append(c.Standings, count{string(s), standingClasses[s], byStanding[s]})
		}
	}
	for _, q := range judged.Contradictions {
		c.Questions = append(c.Questions, question{q})
	}
	return c
}
