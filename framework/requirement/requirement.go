package requirement

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Level says how binding a requirement is.
type Level string

// The levels. MUST, MUST NOT and SHOULD are documented; OBSERVED is what
// kubelets do and people rely on, though nothing promises it.
const (
	Must     Level = "MUST"
	MustNot  Level = "MUST NOT"
	Should   Level = "SHOULD"
	Observed Level = "OBSERVED"
)

// Profile is a named set of requirements, by what a run must be allowed to do.
type Profile string

// The profiles. Core needs API access in one namespace on any node; extended
// needs more (a hostPath, admin rights, several nodes, a gate that is off by
// default); node needs the node itself.
const (
	Core     Profile = "core"
	Extended Profile = "extended"
	Node     Profile = "node"
)

// Profiles lists the profiles, narrowest first.
var Profiles = []Profile{Core, Extended, Node}

// Need is something a requirement's scenario cannot do without. Where it is
// missing, the verdict is not applicable with the need as its reason.
type Need string

// The needs that gate probes.
const (
	NeedExec     Need = "pods/exec"     // permission to create pods/exec
	NeedEviction Need = "pods/eviction" // permission to create pods/eviction
	NeedServices Need = "services"      // permission to create Services and read EndpointSlices
	NeedHostPath Need = "hostpath"      // admission lets a pod mount a hostPath
)

var needs = []Need{NeedExec, NeedEviction, NeedServices, NeedHostPath}

// A Requirement is one documented behaviour.
type Requirement struct {
	// ID is its stable name: area.words, lower case.
	ID string `json:"id"`
	// Area is the first word of the ID's group; set from the file's name.
	Area string `json:"area"`
	// Level says how binding it is.
	Level Level `json:"level"`
	// Profile is the smallest profile that contains it.
	Profile Profile `json:"profile"`
	// Sentence states it, as one sentence that can be true or false.
	Sentence string `json:"sentence"`
	// Source lists where it is written: documentation URLs first, then places
	// in the Kubernetes source: path (function, field or constant).
	Source []string `json:"source"`
	// Note tells what a reader of a verdict should know: a known
	// contradiction in the documentation, the reason of a bound.
	Note string `json:"note,omitempty"`
	// Since and Until are the first and last Kubernetes minors ("1.33") that
	// it holds for, of the older of API server and kubelet; empty = no limit.
	Since string `json:"since,omitempty"`
	Until string `json:"until,omitempty"`
	// Needs lists what its scenario cannot do without.
	Needs []Need `json:"needs,omitempty"`
}

var (
	idPattern    = regexp.MustCompile(`^[a-z]+(\.[a-z0-9-]+)+$`)
	minorPattern = regexp.MustCompile(`^1\.[0-9]{2,}$`)
)

// Validate returns an error that names what is wrong with r, or nil.
func (r Requirement) Validate() error {
	var problems []string
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if !idPattern.MatchString(r.ID) {
		say("id %q is not of the form area.words", r.ID)
	}
	if !slices.Contains([]Level{Must, MustNot, Should, Observed}, r.Level) {
		say("level %q is none of MUST, MUST NOT, SHOULD, OBSERVED", r.Level)
	}
	if !slices.Contains(Profiles, r.Profile) {
		say("profile %q is none of %v", r.Profile, Profiles)
	}
	if len(strings.Fields(r.Sentence)) < 4 || !strings.HasSuffix(r.Sentence, ".") {
		say("sentence %q is not a sentence", r.Sentence)
	}
	if len(r.Source) == 0 {
		say("no source")
	}
	for _, s := range r.Source {
		if strings.TrimSpace(s) == "" {
			say("an empty source")
		}
	}
	for _, minor := range []string{r.Since, r.Until} {
		if minor != "" && !minorPattern.MatchString(minor) {
			say("version %q is not a minor such as 1.33", minor)
		}
	}
	for _, n := range r.Needs {
		if !slices.Contains(needs, n) {
			say("need %q is none of %v", n, needs)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("requirement %s: %s", r.ID, strings.Join(problems, "; "))
	}
	return nil
}
