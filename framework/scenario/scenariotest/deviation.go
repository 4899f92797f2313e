package scenariotest

import (
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// Mends marks an edit, or several one after the other, that turns the history of
// a kubelet that deviates into one of a kubelet that does what is documented. It
// is for requirements with a deviation whose sentence states what is documented:
// their recorded history is a bad one already, and the edit proves that the check
// can pass.
func Mends(edits ...Edit) Edit {
	names := make([]string, 0, len(edits))
	for _, e := range edits {
		names = append(names, e.Name)
	}
	return Edit{Name: "mended: " + strings.Join(names, ", "), mends: true, Do: func(h *history.History) int {
		changed := 0
		for _, e := range edits {
			n := e.Do(h)
			if n == 0 {
				return 0
			}
			changed += n
		}
		return changed
	}}
}

// deviating are the requirements whose recorded history may be non-conformant.
func deviating(t *testing.T) map[string]bool {
	t.Helper()
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, r := range catalogue.All() {
		if r.Deviation != nil && r.Deviation.Judged == requirement.JudgedDocumented {
			found[r.ID] = true
		}
	}
	return found
}

// judgeGood judges the history as it was recorded. It returns the requirements
// that deviate in it: those whose check is seen to fail without any edit.
func judgeGood(t *testing.T, s *scenario.Scenario) map[string]bool {
	t.Helper()
	unwritten(t, s)
	may, do := deviating(t), map[string]bool{}
	for _, r := range s.Judge(Golden(t, s), nil) {
		switch {
		case r.Verdict == requirement.Conformant:
		case r.Verdict == requirement.NonConformant && may[r.Requirement]:
			do[r.Requirement] = true
		default:
			t.Errorf("good history: %s is %s: %s\n%s", r.Requirement, r.Verdict, r.Reason, r.Window)
		}
	}
	return do
}
