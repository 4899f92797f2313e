package cluster

import (
	"fmt"

	"github.com/hookcheck/hookcheck/framework/suggest"
)

// didYouMean returns `, did you mean "x"?` for the candidate nearest to name,
// or "" if none is near.
func didYouMean(name string, candidates []string) string {
	if best := suggest.Nearest(name, candidates); best != "" {
		return fmt.Sprintf(", did you mean %q?", best)
	}
	return ""
}
