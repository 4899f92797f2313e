package gate

import (
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/rewrite"
)

func TestDecide(t *testing.T) {
	noExec := map[requirement.Need]string{requirement.NeedExec: "not allowed to create pods/exec in namespace x"}
	for _, tc := range []struct {
		name   string
		facts  Facts
		r      requirement.Requirement
		reason string // prefix; empty = applies
	}{
		{"no limits", Facts{Server: "v1.36.4", Kubelet: "v1.36.4"}, requirement.Requirement{}, ""},
		{"since, reached", Facts{Server: "v1.33.0", Kubelet: "v1.33.1"}, requirement.Requirement{Since: "1.33"}, ""},
		{"since, kubelet older", Facts{Server: "v1.34.0", Kubelet: "v1.32.9"}, requirement.Requirement{Since: "1.33"}, "version: holds since 1.33, the kubelet is 1.32.9"},
		{"since, API server older", Facts{Server: "v1.32.0", Kubelet: "v1.34.0"}, requirement.Requirement{Since: "1.33"}, "version: holds since 1.33, the API server"},
		{"until, last patch release", Facts{Server: "v1.34.8", Kubelet: "v1.34.8"}, requirement.Requirement{Until: "1.34"}, ""},
		{"until, passed", Facts{Server: "v1.35.0", Kubelet: "v1.35.0"}, requirement.Requirement{Until: "1.34"}, "version: holds until 1.34"},
		{"vendor suffix", Facts{Server: "v1.33.5-gke.100", Kubelet: "v1.33.5-gke.100"}, requirement.Requirement{Since: "1.33"}, ""},
		{"need missing", Facts{Server: "v1.36.4", Kubelet: "v1.36.4", Missing: noExec}, requirement.Requirement{Needs: []requirement.Need{requirement.NeedExec}}, "needs-pods/exec: not allowed"},
		{"untestable, whatever the versions", Facts{Server: "banana"}, requirement.Requirement{Untestable: "it is a design note", Gate: "X"}, "untestable: it is a design note"},
		{"elsewhere", Facts{Server: "v1.33.0", Kubelet: "v1.33.0"}, requirement.Requirement{Since: "1.34", Elsewhere: "zero is refused"},
			"version: holds since 1.34, the API server is 1.33.0; elsewhere: zero is refused"},
		{"gate on", gated(true), requirement.Requirement{Gate: "X"}, ""},
		{"gate off", gated(false), requirement.Requirement{Gate: "X", Elsewhere: "the field is dropped"}, "gate: X is off; elsewhere: the field is dropped"},
		{"gate unknown", gated(true), requirement.Requirement{Gate: "Y"}, "gate: nobody knows whether Y is on"},
		{"the version decides before the gate", gated(false), requirement.Requirement{Since: "1.37", Gate: "X"}, "version: "},
		{"other need missing", Facts{Server: "v1.36.4", Kubelet: "v1.36.4", Missing: noExec}, requirement.Requirement{Needs: []requirement.Need{requirement.NeedHostPath}}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			reason, err := tc.facts.Decide(tc.r)
			if err != nil {
				t.Fatal(err)
			}
			if (tc.reason == "") != (reason == "") || !strings.HasPrefix(reason, tc.reason) {
				t.Errorf("reason %q, want prefix %q", reason, tc.reason)
			}
		})
	}
}

func gated(on bool) Facts {
	return Facts{Server: "v1.36.4", Kubelet: "v1.36.4", Gates: map[string]bool{"X": on}}
}

func TestInterpret(t *testing.T) {
	const pass, fail, unsure = requirement.Conformant, requirement.NonConformant, requirement.Inconclusive
	const known, surprise = requirement.KnownDeviation, requirement.UnexpectedPass
	documented := requirement.Deviation{Judged: requirement.JudgedDocumented, Since: "1.33", Until: "1.36", Actual: "It goes on.", Issue: "https://x.example/1"}
	actual, sometimes, endless := documented, documented, documented
	actual.Judged, sometimes.Sometimes, endless.Since, endless.Until = requirement.JudgedActual, true, "", ""
	for _, tc := range []struct {
		name            string
		server, kubelet string
		deviation       *requirement.Deviation
		of, want        requirement.Verdict
	}{
		{"no deviation, violated", "v1.36.4", "v1.36.4", nil, fail, fail},
		{"no deviation, conformant", "v1.36.4", "v1.36.4", nil, pass, pass},
		{"violated as listed", "v1.36.4", "v1.36.4", &documented, fail, known},
		{"mended, and still listed", "v1.36.4", "v1.36.4", &documented, pass, surprise},
		{"sometimes violated", "v1.36.4", "v1.36.4", &sometimes, fail, known},
		{"sometimes not", "v1.36.4", "v1.36.4", &sometimes, pass, pass},
		{"inconclusive stays", "v1.36.4", "v1.36.4", &documented, unsure, unsure},
		{"not applicable stays", "v1.36.4", "v1.36.4", &documented, requirement.NotApplicable, requirement.NotApplicable},
		{"before it", "v1.32.9", "v1.32.9", &documented, fail, fail},
		{"its first minor", "v1.33.0", "v1.33.0", &documented, fail, known},
		{"after it, violated", "v1.37.0", "v1.37.0", &documented, fail, fail},
		{"after it, mended", "v1.37.0", "v1.37.0", &documented, pass, pass},
		{"the kubelet is the older one", "v1.37.0", "v1.36.1", &documented, fail, known},
		{"the API server is the older one", "v1.32.0", "v1.33.1", &documented, fail, fail},
		{"no limit known", "v1.99.0", "v1.99.0", &endless, fail, known},
		{"the sentence is the actual conduct, violated", "v1.36.4", "v1.36.4", &actual, fail, fail},
		{"the sentence is the actual conduct, conformant", "v1.36.4", "v1.36.4", &actual, pass, pass},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := Facts{Server: tc.server, Kubelet: tc.kubelet}
			result := requirement.Result{Verdict: tc.of, Reason: "as judged"}
			if err := f.Apply(requirement.Requirement{Deviation: tc.deviation}, &result); err != nil {
				t.Fatal(err)
			}
			why := "as judged"
			if tc.want == surprise {
				why = "conformant, though the catalogue lists a deviation for this version: It goes on (https://x.example/1)"
			}
			if result.Verdict != tc.want || result.Reason != why {
				t.Errorf("%s (%s), want %s (%s)", result.Verdict, result.Reason, tc.want, why)
			}
		})
	}
	for name, f := range map[string]Facts{"a version that is none": {Server: "banana", Kubelet: "v1.36.4"}, "a limit that is none": {Server: "v1.36.4", Kubelet: "v1.36.4"}} {
		d := documented
		d.Until = "next"
		if err := f.Apply(requirement.Requirement{ID: "a.b", Deviation: &d}, &requirement.Result{Verdict: fail}); err == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

// TestUnexpectedPassBlames: a deviation may not show because the pod was another
// one than written.
func TestUnexpectedPassBlames(t *testing.T) {
	f := Facts{Server: "v1.36.4", Kubelet: "v1.36.4"}
	result := requirement.Result{Verdict: requirement.Conformant, Rewritten: []rewrite.Change{{Pod: "p", Field: "spec.hostNetwork", Stored: "true"}}}
	d := requirement.Deviation{Actual: "It goes on.", Judged: requirement.JudgedDocumented, Issue: "none"}
	if err := f.Apply(requirement.Requirement{Deviation: &d}, &result); err != nil {
		t.Fatal(err)
	}
	const want = "the platform rewrote the pod p: spec.hostNetwork, which was not written, is true – conformant, though "
	if result.Verdict != requirement.UnexpectedPass || !strings.HasPrefix(result.Reason, want) {
		t.Errorf("%s: %s", result.Verdict, result.Reason)
	}
}

func TestOf(t *testing.T) {
	if f := Of("v1.36.4", "v1.35.1"); f.Server != "v1.36.4" || f.Kubelet != "v1.35.1" {
		t.Errorf("%+v", f)
	}
	if f := Of("", "v1.35.1"); f.Server != "v1.35.1" {
		t.Errorf("%+v", f)
	}
}

func TestDecideRefusesNonsense(t *testing.T) {
	if _, err := (Facts{Server: "banana", Kubelet: "v1.36.4"}).Decide(requirement.Requirement{}); err == nil {
		t.Error("a version that cannot be read must be an error")
	}
}
