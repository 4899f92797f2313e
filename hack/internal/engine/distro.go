package engine

import (
	"slices"
	"strings"
)

// osRelease parses os-release(5): NAME=value lines, values perhaps quoted.
func osRelease(text string) map[string]string {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		fields[key] = value
	}
	return fields
}

// debianLike says whether the distribution has Debian's packages: Debian, Ubuntu, and what says it is like them.
func debianLike(fields map[string]string) bool {
	ids := append(strings.Fields(fields["ID_LIKE"]), fields["ID"])
	return slices.Contains(ids, "debian") || slices.Contains(ids, "ubuntu")
}
