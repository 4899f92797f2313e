package binaries

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

func TestComplaints(t *testing.T) {
	output := `# k8s.io/kubernetes/pkg/kubelet/kuberuntime
/mutant/K01/kuberuntime_container.go:880:5: undefined: nonsense
/mutant/P-3/kuberuntime_manager.go:12:2: cannot use x as y:
	have (int)
	want (string)
../pkg/other.go:1:1: not of a mutant
	nor this
/mutant/K01/kuberuntime_container.go:881:5: declared and not used: z
`
	err := fmt.Errorf("build: %w", &command.Error{Args: []string{"go"}, Output: output, Err: errors.New("exit status 1")})
	want := map[string]string{
		"K01": "\n\tkuberuntime_container.go:880:5: undefined: nonsense\n\tkuberuntime_container.go:881:5: declared and not used: z",
		"P-3": "\n\tkuberuntime_manager.go:12:2: cannot use x as y:\n\t\thave (int)\n\t\twant (string)",
	}
	if got := complaints(err); !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := complaints(errors.New("no program")); len(got) > 0 {
		t.Errorf("got %q of an error that is not of a program", got)
	}
}
