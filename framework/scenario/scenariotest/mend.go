package scenariotest

import (
	"testing"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Mends makes an edit, or several one after the other, the opposite of a bad
// one: it turns the history of a known deviation into one that conforms.
func Mends(edits ...Edit) Edit {
	mended := edits[0]
	mended.mends = true
	for _, next := range edits[1:] {
		before, after := mended, next
		mended.Name += ", " + next.Name
		mended.Do = func(h *history.History) int {
			if before.Do(h) == 0 {
				return 0
			}
			return after.Do(h)
		}
	}
	return mended
}

// known returns the requirements that state what is documented and from which
// kubelets are known to deviate.
func known(t *testing.T) map[string]bool {
	t.Helper()
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	deviates := map[string]bool{}
	for _, r := range catalogue.All() {
		deviates[r.ID] = r.Deviation != nil && r.Deviation.Judged == requirement.JudgedDocumented
	}
	return deviates
}
