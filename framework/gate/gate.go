// Package gate decides whether a requirement applies where the run takes place:
// by the Kubernetes version of the API server and of the node that is used, and
// by what the cluster lets us do. The answer is either yes or a reason with a
// code, never silence.
package gate

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Facts is what the decision is taken from.
type Facts struct {
	// Server and Kubelet are versions such as v1.36.4.
	Server, Kubelet string
	// Missing says for each need that is not met why not.
	Missing map[requirement.Need]string
	// Gates says of feature gates that were probed whether they are on.
	Gates map[string]bool
}

// Of returns the facts that the header of a history tells: the versions. A
// history of an older hookcheck does not have the API server's; the kubelet's
// stands for it.
func Of(server, kubelet string) Facts {
	if server == "" {
		server = kubelet
	}
	return Facts{Server: server, Kubelet: kubelet}
}

// Decide returns "" where the requirement applies, else the reason, which
// begins with a code: `untestable: …`, `version: …`, `gate: …` or
// `needs-<need>: …`.
func (f Facts) Decide(r requirement.Requirement) (reason string, err error) {
	if r.Untestable != "" {
		return "untestable: " + r.Untestable, nil
	}
	older, name, err := f.older()
	if err != nil {
		return "", err
	}
	below, above, err := outside(older, r.Since, r.Until)
	elsewhere := ""
	if r.Elsewhere != "" {
		elsewhere = "; elsewhere: " + r.Elsewhere
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("requirement %s: %w", r.ID, err)
	case below:
		return fmt.Sprintf("version: holds since %s, %s is %s%s", r.Since, name, older, elsewhere), nil
	case above:
		return fmt.Sprintf("version: holds until %s, %s is %s%s", r.Until, name, older, elsewhere), nil
	}
	if r.Gate != "" {
		on, probed := f.Gates[r.Gate]
		switch {
		case !probed:
			return fmt.Sprintf("gate: nobody knows whether %s is on", r.Gate), nil
		case !on:
			return fmt.Sprintf("gate: %s is off%s", r.Gate, elsewhere), nil
		}
	}
	for _, need := range r.Needs {
		if why, missing := f.Missing[need]; missing {
			return fmt.Sprintf("needs-%s: %s", need, why), nil
		}
	}
	return "", nil
}

// Interpret says what a verdict means where the requirement lists a deviation
// for the version: non-conformant is then known, and conformant a surprise.
// Every other verdict stays.
func (f Facts) Interpret(r requirement.Requirement, v requirement.Verdict) (requirement.Verdict, error) {
	d := r.Deviation
	if d == nil || d.Judged != requirement.JudgedDocumented {
		return v, nil
	}
	older, _, err := f.older()
	if err != nil {
		return "", err
	}
	below, above, err := outside(older, d.Since, d.Until)
	switch {
	case err != nil:
		return "", fmt.Errorf("requirement %s: deviation: %w", r.ID, err)
	case below || above:
		return v, nil
	case v == requirement.NonConformant:
		return requirement.KnownDeviation, nil
	case v == requirement.Conformant && !d.Sometimes:
		return requirement.UnexpectedPass, nil
	}
	return v, nil
}

// Apply gives a result the verdict that Interpret says, and an unexpected pass a
// reason: the deviation that did not show.
func (f Facts) Apply(r requirement.Requirement, result *requirement.Result) error {
	v, err := f.Interpret(r, result.Verdict)
	if err != nil {
		return err
	}
	if v == requirement.UnexpectedPass {
		result.Reason = fmt.Sprintf("conformant, though the catalogue lists a deviation for this version: %s (%s)",
			strings.TrimSuffix(r.Deviation.Actual, "."), r.Deviation.Issue)
		result.Blame()
	}
	result.Verdict = v
	return nil
}

// outside tells whether a version is before the minor since or after the minor
// until, of which each may be empty.
func outside(v *version.Version, since, until string) (below, above bool, err error) {
	if since != "" {
		first, err := version.ParseGeneric(since)
		if err != nil {
			return false, false, fmt.Errorf("since: %w", err)
		}
		below = minor(v).LessThan(first)
	}
	if until != "" {
		last, err := version.ParseGeneric(until)
		if err != nil {
			return false, false, fmt.Errorf("until: %w", err)
		}
		above = last.LessThan(minor(v))
	}
	return below, above, nil
}

// older returns the older of the two versions: a feature needs both.
func (f Facts) older() (*version.Version, string, error) {
	server, err := version.ParseGeneric(f.Server)
	if err != nil {
		return nil, "", fmt.Errorf("version of the API server: %w", err)
	}
	kubelet, err := version.ParseGeneric(f.Kubelet)
	if err != nil {
		return nil, "", fmt.Errorf("version of the kubelet: %w", err)
	}
	if kubelet.LessThan(server) {
		return kubelet, "the kubelet", nil
	}
	return server, "the API server", nil
}

func minor(v *version.Version) *version.Version { return version.MajorMinor(v.Major(), v.Minor()) }
