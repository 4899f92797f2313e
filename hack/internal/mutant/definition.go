// Package mutant reads definitions of mutants: ways to break one documented behaviour of a component. Their format
// is described in hack/mutants/README.md. What a definition asks for is done elsewhere: package source changes Go
// sources, package binaries builds them.
package mutant

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Component is what a mutant changes.
type Component string

// The components. Those of Kubernetes and containerd are changed in their Go source; the others stand between them.
const (
	Kubelet           Component = "kubelet"
	APIServer         Component = "kube-apiserver"
	ControllerManager Component = "kube-controller-manager"
	Scheduler         Component = "kube-scheduler"
	Proxy             Component = "kube-proxy"
	Containerd        Component = "containerd"
	Runtime           Component = "runtime"   // by a wrapper of runc
	CRI               Component = "cri"       // by a proxy between kubelet and containerd
	Admission         Component = "admission" // by a MutatingAdmissionPolicy
)

// Components lists all, in the order of reports.
var Components = []Component{Kubelet, APIServer, ControllerManager, Scheduler, Proxy, Containerd, Runtime, CRI, Admission}

// Module is the Go module that a component is built from, or empty where it is not built.
func (c Component) Module() string {
	switch c {
	case Kubelet, APIServer, ControllerManager, Scheduler, Proxy:
		return "k8s.io/kubernetes"
	case Containerd:
		return "github.com/containerd/containerd/v2"
	default:
		return ""
	}
}

// Role says what is asked of a definition.
type Role string

// The roles.
const (
	Breaks   Role = ""         // a requirement must turn non-conformant
	Harmless Role = "harmless" // nothing may turn red: a control
	Fix      Role = "fix"      // a known deviation must turn into an unexpected pass: a control
)

// Status says what becomes of a definition in a run of the catalogue.
type Status string

// The statuses.
const (
	Tried      Status = "tried"       // beside others
	TriedAlone Status = "tried alone" // it acts on the whole node
	Equivalent Status = "equivalent"  // built, and not run: no black box can tell it from the original
	Needing    Status = "needs more"  // built, and not run: it takes what the node does not have
)

// Statuses lists all, in the order of reports.
var Statuses = []Status{Tried, TriedAlone, Equivalent, Needing}

// Definition is one mutant.
type Definition struct {
	ID        string    `json:"id"`
	Component Component `json:"component"`
	// Breaks is the documented behaviour that it breaks.
	Breaks string `json:"breaks"`
	// History is where this was seen.
	History string `json:"history,omitempty"`
	// Expect names the requirements of which one must turn non-conformant; * stands for anything.
	Expect []string `json:"expect,omitempty"`
	// Related names close relatives of those, which kill it too.
	Related []string `json:"related,omitempty"`
	Role    Role     `json:"role,omitempty"`
	// Contested is why one may doubt that the behaviour is documented.
	Contested string `json:"contested,omitempty"`
	// Equivalent is the argument that no black box can tell it from the original.
	Equivalent string `json:"equivalent,omitempty"`
	// Needs is what it takes that a kind node does not have.
	Needs string `json:"needs,omitempty"`
	// Global says that it cannot be limited to pods of a namespace.
	Global bool `json:"global,omitempty"`

	// One of these is there, as the component asks for.
	Source    []Change   `json:"source,omitempty"`
	Wrapper   string     `json:"wrapper,omitempty"` // shell script in place of runc
	Calls     []Call     `json:"calls,omitempty"`
	Mutations []Mutation `json:"mutations,omitempty"`

	// File is the one in the catalogue that it was read from.
	File string `json:"-"`
}

// Status says what becomes of it in a run of the catalogue.
func (d Definition) Status() Status {
	switch {
	case d.Equivalent != "":
		return Equivalent
	case d.Needs != "":
		return Needing
	case d.Global:
		return TriedAlone
	default:
		return Tried
	}
}

// Kills tells whether the requirement is one of those that kill the mutant: expected, or related to one that is.
func (d Definition) Kills(requirement string) bool {
	return slices.ContainsFunc(slices.Concat(d.Expect, d.Related), func(pattern string) bool { return Matches(pattern, requirement) })
}

// Change is made in one function of a Go source.
type Change struct {
	// Module is the Go module; Load sets it to that of the component where it is left out.
	Module string `json:"module,omitempty"`
	// File is the path in the module.
	File string `json:"file"`
	// Function is its name, or (*T).name.
	Function string `json:"function"`
	// Find are Go tokens that stand once in the function's body, and Replace is what stands there instead.
	Find    string  `json:"find,omitempty"`
	Replace *string `json:"replace,omitempty"`
	// Body is, in place of Find and Replace, the whole body of the function.
	Body *string `json:"body,omitempty"`
	// Namespace is a Go expression for the pod's namespace; empty: that of a parameter, or of the receiver.
	Namespace string `json:"namespace,omitempty"`
	// Imports are paths that Replace needs beyond those of the file, or name=path.
	Imports []string `json:"imports,omitempty"`
}

// Call is a change to one method of the CRI's RuntimeService.
type Call struct {
	Method string `json:"method"`
	// When are fields of the request, or of the response below "response:", that must have these values.
	When map[string]any `json:"when,omitempty"`
	// Request are fields to set in the request.
	Request map[string]any `json:"request,omitempty"`
	// Multiply are numbers in the request, and by what to multiply them.
	Multiply map[string]float64 `json:"multiply,omitempty"`
	// First is a method to call before, for the same sandbox or container.
	First string `json:"first,omitempty"`
	// Delay is how long to wait before the call.
	Delay metav1.Duration `json:"delay,omitzero"`
	// Skip says not to call, and to answer with Response or nothing.
	Skip bool `json:"skip,omitempty"`
	// Background says to answer at once; the call goes on.
	Background bool `json:"background,omitempty"`
	// Response are fields to set in the response.
	Response map[string]any `json:"response,omitempty"`
	// Error is given in place of an answer.
	Error *CallError `json:"error,omitempty"`
	// Times limits it to so many calls for a container or sandbox; 0: all.
	Times int `json:"times,omitempty"`
}

// CallError is a gRPC status.
type CallError struct {
	Code    string `json:"code"` // its name, as in Unavailable
	Message string `json:"message,omitempty"`
}

// Mutation is one patch of a MutatingAdmissionPolicy: a CEL expression of either kind.
type Mutation struct {
	ApplyConfiguration string `json:"applyConfiguration,omitempty"`
	JSONPatch          string `json:"jsonPatch,omitempty"`
	// When limits it to objects for which this CEL expression is true.
	When string `json:"when,omitempty"`
}
