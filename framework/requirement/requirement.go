package requirement

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Level says how binding a requirement is.
type Level string

// The levels. MUST, MUST NOT, SHOULD and MAY are documented; MAY permits several
// outcomes, of which the one seen is reported. OBSERVED is what kubelets do and
// people rely on, though nothing promises it.
const (
	Must     Level = "MUST"
	MustNot  Level = "MUST NOT"
	Should   Level = "SHOULD"
	May      Level = "MAY"
	Observed Level = "OBSERVED"
)

// Levels lists the levels, the most binding first.
var Levels = []Level{Must, MustNot, Should, May, Observed}

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

	NeedEphemeral       Need = "pods/ephemeralcontainers" // permission to update pods/ephemeralcontainers
	NeedEndpoints       Need = "endpoints"                // permission to read Endpoints
	NeedBudgets         Need = "poddisruptionbudgets"     // permission to create PodDisruptionBudgets
	NeedJobs            Need = "jobs"                     // permission to create and change Jobs
	NeedNamespaces      Need = "namespaces"               // permission to create and delete namespaces
	NeedDeployments     Need = "deployments"              // permission to create, scale and delete Deployments
	NeedResize          Need = "pods/resize"              // permission to change the resources of a pod that runs
	NeedPriorityClasses Need = "priorityclasses"          // permission to create and delete PriorityClasses
	NeedTaints          Need = "taints"                   // permission to change a node's taints, and to see all pods on it
	NeedMetrics         Need = "nodes/proxy"              // permission to read the kubelet's metrics through the API server
	NeedDNS             Need = "dns"                      // the cluster resolves the names of Services
	NeedRoot            Need = "root"                     // admission lets a container run as root
	NeedWorkloads       Need = "workloads"                // permission to create and delete StatefulSets and ReplicaSets
	NeedHostNetwork     Need = "hostnetwork"              // admission lets a pod use the node's network
	NeedNetworkPolicies Need = "networkpolicies"          // permission to create and delete NetworkPolicies
	NeedNodeStatus      Need = "nodes/status"             // permission to change the node: its resources
	NeedLogind          Need = "logind"                   // the node's logind can announce a shutdown
	NeedNode            Need = "node"                     // commands can be run on the node: a container of kind
)

// Needs lists the needs.
var Needs = []Need{
	NeedExec,
	NeedEviction,
	NeedServices,
	NeedHostPath,
	NeedEphemeral,
	NeedEndpoints,
	NeedBudgets,
	NeedJobs,
	NeedNamespaces,
	NeedPriorityClasses,
	NeedTaints,
	NeedMetrics,
	NeedDNS,
	NeedRoot,
	NeedWorkloads,
	NeedHostNetwork,
	NeedNetworkPolicies,
	NeedDeployments,
	NeedResize,
	NeedNodeStatus,
	NeedLogind,
	NeedNode,
}

// A Deviation says where the documentation and the kubelets part.
type Deviation struct {
	// Documented is what the documentation, the API or the KEP says.
	Documented string `json:"documented"`
	// Actual is what kubelets, or the component at fault, do.
	Actual string `json:"actual"`
	// Judged says which of the two the requirement's sentence states, and its
	// check asks for: "documented" or "actual". Where it is the documented
	// behaviour, a violation on the versions below is a known deviation, and
	// conformance there an unexpected pass.
	Judged string `json:"judged"`
	// Sometimes says that it does not happen each time, so that conformance is
	// no surprise.
	Sometimes bool `json:"sometimes,omitempty"`
	// Since and Until are the first and last minors that deviate, of the older
	// of API server and kubelet; empty = no limit known.
	Since string `json:"since,omitempty"`
	Until string `json:"until,omitempty"`
	// Issue is the upstream issue or pull request, or why there is none.
	Issue string `json:"issue"`
}

// What a deviation's requirement may state.
const (
	JudgedDocumented = "documented"
	JudgedActual     = "actual"
)

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
	// Elsewhere is what holds instead outside of Since and Until, or where the
	// gate is off.
	Elsewhere string `json:"elsewhere,omitempty"`
	// Gate is the feature gate that it depends on, where that is not on in
	// every version of Since and Until.
	Gate string `json:"gate,omitempty"`
	// Deviation, if not nil, says where documentation and kubelets part.
	Deviation *Deviation `json:"deviation,omitempty"`
	// Untestable, if not empty, is why no check can be made: it has none.
	Untestable string `json:"untestable,omitempty"`
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
	if !slices.Contains(Levels, r.Level) {
		say("level %q is none of MUST, MUST NOT, SHOULD, MAY, OBSERVED", r.Level)
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
	minors := []string{r.Since, r.Until}
	if d := r.Deviation; d != nil {
		minors = append(minors, d.Since, d.Until)
		if d.Documented == "" || d.Actual == "" || d.Issue == "" {
			say("a deviation says what is documented, what is actual, and the issue")
		}
		if d.Judged != JudgedDocumented && d.Judged != JudgedActual {
			say("the deviation's judged %q is neither documented nor actual", d.Judged)
		}
	}
	for _, minor := range minors {
		if minor != "" && !minorPattern.MatchString(minor) {
			say("version %q is not a minor such as 1.33", minor)
		}
	}
	if r.Elsewhere != "" && r.Since == "" && r.Until == "" && r.Gate == "" {
		say("elsewhere without since, until or gate: there is no elsewhere")
	}
	for _, n := range r.Needs {
		if !slices.Contains(Needs, n) {
			say("need %q is none of %v", n, Needs)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("requirement %s: %s", r.ID, strings.Join(problems, "; "))
	}
	return nil
}
