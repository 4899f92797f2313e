package history

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"
)

// ServerAtLeast tells whether the API server is of that minor ("1.33") or a
// later one. The error says that the header does not tell its version.
func (h *History) ServerAtLeast(minor string) (bool, error) {
	return atLeast("API server", h.Header.ServerVersion, minor)
}

// KubeletAtLeast tells whether the kubelet is of that minor or a later one.
func (h *History) KubeletAtLeast(minor string) (bool, error) {
	return atLeast("kubelet", h.Header.KubeletVersion, minor)
}

// atLeast compares minors alone: v1.33.0-rc.1 has what 1.33 has.
func atLeast(whose, have, minor string) (bool, error) {
	v, err := version.ParseGeneric(have)
	if err != nil {
		return false, fmt.Errorf("version of the %s: %w", whose, err)
	}
	wanted, err := version.ParseGeneric(minor)
	if err != nil {
		return false, fmt.Errorf("minor to compare with: %w", err)
	}
	return version.MajorMinor(v.Major(), v.Minor()).AtLeast(wanted), nil
}
