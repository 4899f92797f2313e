package apt

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestMissing(t *testing.T) {
	t.Setenv("PATH", "/usr/bin:/bin")
	got := Missing(map[string]string{"sh": "dash", "hookcheck-no-such-program": "nothing"})
	if !slices.Equal(got, []string{"nothing"}) {
		t.Errorf("Missing = %v", got)
	}
	path := os.Getenv("PATH")
	Missing(nil)
	if !strings.HasSuffix(path, ":/usr/sbin:/sbin") || os.Getenv("PATH") != path {
		t.Errorf("PATH is %q, then %q", path, os.Getenv("PATH"))
	}
}

func TestInstallOfNothingDoesNothing(t *testing.T) {
	t.Setenv("PATH", "") // neither apt-get nor anything else can run
	if err := Install(t.Context(), t.Logf); err != nil {
		t.Error(err)
	}
}
