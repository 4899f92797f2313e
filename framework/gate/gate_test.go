package gate

import (
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
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

func TestDecideRefusesNonsense(t *testing.T) {
	if _, err := (Facts{Server: "banana", Kubelet: "v1.36.4"}).Decide(requirement.Requirement{}); err == nil {
		t.Error("a version that cannot be read must be an error")
	}
}
