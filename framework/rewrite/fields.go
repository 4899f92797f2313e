package rewrite

import (
	"regexp"
	"strings"
)

// behavioural matches the fields that decide how a container is started, what is
// hooked into its life, and how it ends.
var behavioural = regexp.MustCompile(`[.](lifecycle|livenessProbe|readinessProbe|startupProbe|terminationGracePeriodSeconds|` +
	`activeDeadlineSeconds|restartPolicy|restartPolicyRules|command|args|hostNetwork|hostPID|shareProcessNamespace)($|[.\[])`)

// whole matches a whole container: of one that nobody wrote the fields do not
// matter.
var whole = regexp.MustCompile(`^spec[.](initContainers|containers)\[[^\]]*\]$`)

// Behavioural tells whether a field, given by its path, is one that hooks, probes
// or the start and end of containers depend on. A whole container is one.
func Behavioural(field string) bool {
	return behavioural.MatchString(field) || whole.MatchString(field)
}

// defaults are what the API server fills in, by the end of the path
// (pkg/apis/core/v1/defaults.go: SetDefaults_PodSpec, SetDefaults_Probe,
// SetDefaults_HTTPGetAction; the gRPC probe's service in
// pkg/apis/core/v1/zz_generated.defaults.go).
var defaults = map[string]string{
	"spec.terminationGracePeriodSeconds": "30",
	"spec.restartPolicy":                 "Always",
	"spec.hostNetwork":                   "false",
	"spec.hostPID":                       "false",
	"spec.shareProcessNamespace":         "false",
	"Probe.initialDelaySeconds":          "0",
	"Probe.timeoutSeconds":               "1",
	"Probe.periodSeconds":                "10",
	"Probe.successThreshold":             "1",
	"Probe.failureThreshold":             "3",
	"Probe.grpc.service":                 "",
	".httpGet.path":                      "/",
	".httpGet.scheme":                    "HTTP",
}

// isDefault tells whether a field that nobody wrote has the documented default.
func isDefault(field, value string) bool {
	for end, filled := range defaults {
		if strings.HasSuffix(field, end) && value == filled {
			return true
		}
	}
	return false
}

// gated matches the fields that an API server drops without a word where their
// feature gate is off (pkg/api/pod/util.go: dropContainerStopSignals,
// dropContainerRestartRules). Nobody outside can tell that from a platform which
// removes them, so their absence is not held against one.
var gated = regexp.MustCompile(`[.]lifecycle[.]stopSignal$|^spec[.]containers\[[^\]]*\][.](restartPolicy|restartPolicyRules)$`)

// corrected tells whether the API server itself makes one value of the other: of
// a negative grace period it makes 1 s (pkg/apis/core/v1/conversion.go:
// Convert_v1_Pod_To_core_Pod).
func corrected(field, written, stored string) bool {
	return field == "spec.terminationGracePeriodSeconds" && strings.HasPrefix(written, "-") && stored == "1"
}

// keys are the lists whose items have a name, and the field that it is in: to
// such a list admission adds where it likes. Items of others go by their
// position, and what is added comes last.
var keys = map[string]string{
	"initContainers": "name",
	"containers":     "name",
	"env":            "name",
	"volumes":        "name",
	"volumeMounts":   "mountPath",
}
