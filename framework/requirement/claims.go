package requirement

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

//go:embed claims.yaml
var embeddedClaims embed.FS

// ClaimVerdict is what the ledger says of a claim.
type ClaimVerdict string

// The verdicts on claims.
const (
	// Holds: it is so.
	Holds ClaimVerdict = "holds"
	// HoldsWithin: the core is right, and a limit or a detail is missing.
	HoldsWithin ClaimVerdict = "holds with a bound"
	// Refuted: it is not so.
	Refuted ClaimVerdict = "refuted"
	// DependsOnVersion: of Kubernetes, of kubectl or of the runtime.
	DependsOnVersion ClaimVerdict = "depends on version"
	// NotObservable: an opinion, advice, or what nobody can see from outside.
	NotObservable ClaimVerdict = "not observable"
)

// ClaimVerdicts lists the verdicts on claims.
var ClaimVerdicts = []ClaimVerdict{Holds, HoldsWithin, Refuted, DependsOnVersion, NotObservable}

// A Document is one that claims are taken from.
type Document struct {
	// ID begins the ids of its claims.
	ID string `json:"id"`
	// Title is its title, in English.
	Title string `json:"title"`
	// Year is when it was written; 0 where it does not say.
	Year int `json:"year,omitempty"`
	// About says in a sentence what it is.
	About string `json:"about"`
}

// A Claim is a sentence that somebody wrote, with the verdict on it.
type Claim struct {
	// ID is its document's and a number of two digits.
	ID string `json:"id"`
	// Claim is what the document says, in other words.
	Claim string `json:"claim"`
	// Verdict says what is true of it.
	Verdict ClaimVerdict `json:"verdict"`
	// Reason is why.
	Reason string `json:"reason"`
	// Source is where that is written, as in a Requirement.
	Source []string `json:"source"`
	// Requirements prove the verdict: each states what really happens, so that
	// it is conformant also where the claim is refuted. Empty where nothing here
	// does.
	Requirements []string `json:"requirements,omitempty"`
}

// A Contradiction is a question on which the documents, or their parts, do not
// agree.
type Contradiction struct {
	Question string `json:"question"`
	// Claims are those that answer it, one way or the other.
	Claims []string `json:"claims"`
	// Decision is the answer that a cluster gives.
	Decision string `json:"decision"`
	// Requirements prove it.
	Requirements []string `json:"requirements"`
}

// A Ledger holds claims and the verdicts on them.
type Ledger struct {
	Documents      []Document      `json:"documents"`
	Claims         []Claim         `json:"claims"`
	Contradictions []Contradiction `json:"contradictions,omitempty"`
}

// LoadClaims returns the embedded ledger. It is read once a process.
func LoadClaims() (*Ledger, error) { return loadClaims() }

var loadClaims = sync.OnceValues(func() (*Ledger, error) { return LoadClaimsFS(embeddedClaims) })

// LoadClaimsFS reads and validates the claims.yaml of fsys. The error names
// everything that is wrong, not only the first.
func LoadClaimsFS(fsys fs.FS) (*Ledger, error) {
	const file = "claims.yaml"
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	var l Ledger
	if err := yaml.UnmarshalStrict(data, &l); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := l.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &l, nil
}

var (
	documentPattern = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*$`)
	claimPattern    = regexp.MustCompile(`^(.+)-([0-9]{2})$`)
)

// Validate returns an error that names everything that is wrong with the ledger,
// or nil. Whether the requirements exist is not looked at: see Unknown.
func (l *Ledger) Validate() error {
	var errs []error
	say := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(l.Claims) == 0 {
		say("no claim in it")
	}
	count := map[string]int{} // claims by document
	for _, d := range l.Documents {
		if _, twice := count[d.ID]; twice {
			say("document %s: the id is there twice", d.ID)
		}
		count[d.ID] = 0
		if !documentPattern.MatchString(d.ID) {
			say("document %q: the id is not made of lower-case words and digits", d.ID)
		}
		if strings.TrimSpace(d.Title) == "" || !isSentence(d.About) {
			say("document %s: a title and a sentence about it are missing", d.ID)
		}
	}
	known := map[string]bool{}
	for _, c := range l.Claims {
		document, number := "", ""
		if m := claimPattern.FindStringSubmatch(c.ID); m != nil {
			document, number = m[1], m[2]
		}
		_, ok := count[document]
		switch {
		case known[c.ID]:
			say("claim %s: the id is there twice", c.ID)
		case !ok:
			say("claim %q: the id is not that of a document and a number of two digits", c.ID)
		default:
			count[document]++
			if want := fmt.Sprintf("%02d", count[document]); number != want {
				say("claim %s: its number is %s, the next one of %s is %s", c.ID, number, document, want)
			}
		}
		known[c.ID] = true
		for _, problem := range c.problems() {
			say("claim %s: %s", c.ID, problem)
		}
	}
	for _, d := range l.Documents {
		if count[d.ID] == 0 {
			say("document %s: no claim of it", d.ID)
		}
	}
	for _, c := range l.Contradictions {
		if !strings.HasSuffix(c.Question, "?") || !isSentence(c.Decision) || len(c.Claims) == 0 || len(c.Requirements) == 0 {
			say("contradiction %q: question, claims, decision and requirements must be there", c.Question)
		}
		for _, id := range c.Claims {
			if !known[id] {
				say("contradiction %q: there is no claim %s", c.Question, id)
			}
		}
		for _, problem := range problemsOfIDs(c.Requirements) {
			say("contradiction %q: %s", c.Question, problem)
		}
	}
	return errors.Join(errs...)
}

func (c Claim) problems() []string {
	problems := problemsOfIDs(c.Requirements)
	if !isSentence(c.Claim) || !isSentence(c.Reason) {
		problems = append(problems, "claim and reason must be sentences")
	}
	if !slices.Contains(ClaimVerdicts, c.Verdict) {
		problems = append(problems, fmt.Sprintf("verdict %q is none of %q", c.Verdict, ClaimVerdicts))
	}
	if len(c.Source) == 0 {
		problems = append(problems, "no source")
	}
	if c.Verdict == NotObservable && len(c.Requirements) > 0 {
		problems = append(problems, "it is not observable, and requirements prove it")
	}
	return problems
}

func problemsOfIDs(ids []string) []string {
	var problems []string
	for i, id := range ids {
		if !idPattern.MatchString(id) {
			problems = append(problems, fmt.Sprintf("%q is not the id of a requirement", id))
		}
		if slices.Contains(ids[:i], id) {
			problems = append(problems, fmt.Sprintf("requirement %s is there twice", id))
		}
	}
	return problems
}

func isSentence(s string) bool { return strings.HasSuffix(s, ".") && s == strings.TrimSpace(s) }

// Unknown returns the requirements that claims and contradictions name and the
// catalogue does not have, sorted.
func (l *Ledger) Unknown(c *Catalogue) []string {
	var ids []string
	for _, claim := range l.Claims {
		ids = append(ids, claim.Requirements...)
	}
	for _, contradiction := range l.Contradictions {
		ids = append(ids, contradiction.Requirements...)
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool {
		_, err := c.Get(id)
		return err == nil
	})
}
