package binaries

import (
	"errors"
	"regexp"
	"strings"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/source"
)

var inMutant = regexp.MustCompile(`^` + source.LinePrefix + `([A-Za-z0-9-]+)/(.*)`)

// complaints returns what the compiler said of each mutant, by its id.
func complaints(err error) map[string]string {
	var failed *command.Error
	if !errors.As(err, &failed) {
		return nil
	}
	said := map[string]string{}
	id := ""
	for line := range strings.Lines(failed.Output) {
		line = strings.TrimRight(line, "\n")
		match := inMutant.FindStringSubmatch(line)
		switch {
		case match != nil:
			id, line = match[1], match[2]
		case !strings.HasPrefix(line, "\t"): // which continues the line before
			id = ""
		}
		if id == "" {
			continue
		}
		said[id] += "\n\t" + line
	}
	return said
}
