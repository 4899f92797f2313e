package mutant

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

var idPattern = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// report collects what is wrong.
type report []string

func (r *report) say(format string, args ...any) { *r = append(*r, fmt.Sprintf(format, args...)) }

// problems says what is wrong with the definition, as far as it can be seen without the sources.
func (d Definition) problems(requirements *requirement.Catalogue) []string {
	var r report
	if !idPattern.MatchString(d.ID) {
		r.say("id %q is not made of letters, digits and -", d.ID)
	}
	if !strings.HasSuffix(d.Breaks, ".") || len(strings.Fields(d.Breaks)) < 3 {
		r.say("breaks %q is not a sentence", d.Breaks)
	}
	if !slices.Contains([]Role{Breaks, Harmless, Fix}, d.Role) {
		r.say("role %q is neither %s nor %s; leave it out for a mutant", d.Role, Harmless, Fix)
	}
	d.checkExpectations(&r, requirements)
	d.checkKind(&r)
	for i, c := range d.Source {
		c.check(&r, fmt.Sprintf("source[%d]", i))
		if d.Global && c.Namespace != "" {
			r.say("source[%d]: the mutant is global, so no namespace is asked for", i)
		}
	}
	for i, c := range d.Calls {
		c.check(&r, fmt.Sprintf("calls[%d]", i))
	}
	for i, m := range d.Mutations {
		if (m.ApplyConfiguration == "") == (m.JSONPatch == "") {
			r.say("mutations[%d]: give either applyConfiguration or jsonPatch", i)
		}
	}
	return r
}

func (d Definition) checkExpectations(r *report, requirements *requirement.Catalogue) {
	// Nothing is expected of a control that must stay green, and nothing can be of what nobody can tell.
	if len(d.Expect) == 0 && d.Role != Harmless && d.Equivalent == "" {
		r.say("expect is empty: name a requirement that it turns non-conformant")
	}
	var known []string
	for _, q := range requirements.All() {
		known = append(known, q.ID)
	}
	for _, pattern := range slices.Concat(d.Expect, d.Related) {
		if !slices.ContainsFunc(known, func(id string) bool { return Matches(pattern, id) }) {
			r.say("no requirement matches %q%s", pattern, requirement.Suggest(pattern, known))
		}
	}
	if d.Role != Fix {
		return
	}
	for _, id := range d.Expect {
		if q, err := requirements.Get(id); err == nil && q.Deviation == nil {
			r.say("it is a fix, and %s is no known deviation that could become an unexpected pass", id)
		}
	}
}

// checkKind wants the one kind of change that the component is changed by.
func (d Definition) checkKind(r *report) {
	if !slices.Contains(Components, d.Component) {
		var known []string
		for _, c := range Components {
			known = append(known, string(c))
		}
		r.say("component %q is none of %s", d.Component, strings.Join(known, ", "))
		return
	}
	want := "source"
	switch d.Component {
	case Runtime:
		want = "wrapper"
	case CRI:
		want = "calls"
	case Admission:
		want = "mutations"
	}
	for _, kind := range []struct {
		name  string
		there bool
	}{{"source", len(d.Source) > 0}, {"wrapper", d.Wrapper != ""}, {"calls", len(d.Calls) > 0}, {"mutations", len(d.Mutations) > 0}} {
		switch {
		case kind.name == want && !kind.there:
			r.say("%s is changed by %s, and there is none", d.Component, want)
		case kind.name != want && kind.there:
			r.say("%s is changed by %s, not by %s", d.Component, want, kind.name)
		}
	}
}

func (c Change) check(r *report, where string) {
	if c.File == "" || path.Clean(c.File) != c.File || path.IsAbs(c.File) || path.Ext(c.File) != ".go" {
		r.say("%s: file %q is not the path of a Go file in the module", where, c.File)
	}
	if c.Function == "" {
		r.say("%s: no function", where)
	}
	switch {
	case c.Body != nil && (c.Find != "" || c.Replace != nil):
		r.say("%s: body stands in place of find and replace; give one or the other", where)
	case c.Body == nil && c.Find == "":
		r.say("%s: neither find nor body", where)
	case c.Body == nil && c.Replace == nil:
		r.say(`%s: no replace; write replace: "" to take away what is found`, where)
	}
}

// methods are those of runtime.v1.RuntimeService.
var methods = []string{
	"Attach", "CheckpointContainer", "ContainerStats", "ContainerStatus", "CreateContainer", "Exec", "ExecSync",
	"GetContainerEvents", "ListContainerStats", "ListContainers", "ListMetricDescriptors", "ListPodSandbox",
	"ListPodSandboxMetrics", "ListPodSandboxStats", "PodSandboxStats", "PodSandboxStatus", "PortForward",
	"RemoveContainer", "RemovePodSandbox", "ReopenContainerLog", "RunPodSandbox", "RuntimeConfig", "StartContainer",
	"Status", "StopContainer", "StopPodSandbox", "StreamContainerStats", "StreamContainers",
	"StreamPodSandboxMetrics", "StreamPodSandboxStats", "StreamPodSandboxes", "UpdateContainerResources",
	"UpdatePodSandboxResources", "UpdateRuntimeConfig", "Version",
}

// codes are the names of gRPC's status codes, but for OK.
var codes = []string{
	"Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
	"ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable",
	"DataLoss", "Unauthenticated",
}

func (c Call) check(r *report, where string) {
	if !slices.Contains(methods, c.Method) {
		r.say("%s: the CRI's RuntimeService has no method %q%s", where, c.Method, requirement.Suggest(c.Method, methods))
	}
	if c.First != "" && c.First != "StopPodSandbox" && c.First != "StopContainer" {
		r.say("%s: first %q is neither StopPodSandbox nor StopContainer", where, c.First)
	}
	if c.Error != nil && !slices.Contains(codes, c.Error.Code) {
		r.say("%s: gRPC has no error code %q%s", where, c.Error.Code, requirement.Suggest(c.Error.Code, codes))
	}
	if c.Delay.Duration < 0 || c.Times < 0 {
		r.say("%s: delay and times are not negative", where)
	}
	if c.Skip && c.Background {
		r.say("%s: skip leaves no call for background to go on with", where)
	}
	if len(c.Request)+len(c.Multiply)+len(c.Response) == 0 && c.First == "" && c.Delay.Duration == 0 && !c.Skip && !c.Background && c.Error == nil {
		r.say("%s: it changes nothing", where)
	}
}
