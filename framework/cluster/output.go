package cluster

import (
	"errors"
	"regexp"
	"strings"

	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// outputOf returns what the command that failed inside kind had written.
func outputOf(err error) string {
	var run *kindexec.RunError
	if errors.As(err, &run) {
		return string(run.Output)
	}
	return ""
}

// longCommand is a command line in an error of kind's, of which the beginning
// says enough.
var longCommand = regexp.MustCompile(`command "([^"]{40})[^"]*"`)

// brief is err, with commands shortened and with the line of a command's output
// that tells most. It wraps err.
func brief(err error) error {
	text := longCommand.ReplaceAllString(err.Error(), `command "$1…"`)
	if line := tellingLine(outputOf(err)); line != "" {
		text += ": " + line
	}
	return &rephrased{text, err}
}

type rephrased struct {
	text string
	err  error
}

func (r *rephrased) Error() string { return r.text }
func (r *rephrased) Unwrap() error { return r.err }

// tellingLine returns the last line of output that speaks of an error, or the
// last line; at most 300 bytes of it.
func tellingLine(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	line := lines[len(lines)-1]
	for _, l := range lines {
		if lower := strings.ToLower(l); strings.Contains(lower, "error") || strings.Contains(lower, "failed") {
			line = l
		}
	}
	line = strings.TrimSpace(line)
	if len(line) > 300 {
		line = strings.ToValidUTF8(line[:300], "") + "…"
	}
	return line
}
