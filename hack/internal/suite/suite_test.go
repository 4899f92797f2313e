package suite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake writes a program that prints its arguments and ends with the code that
// the last of them names.
func fake(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hookcheck")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho \"$@\"\nfor last; do :; done\nexit \"$last\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun(t *testing.T) {
	for code, fails := range map[string]bool{"0": false, "1": false, "2": true, "3": false, "130": true} {
		var out strings.Builder
		err := Run(t.Context(), &out, fake(t), "--kind", code)
		if (err != nil) != fails {
			t.Errorf("exit code %s: %v", code, err)
		}
		if got := out.String(); got != "run --kind "+code+"\n" {
			t.Errorf("it was called with %q", got)
		}
	}
	if err := Call(t.Context(), &strings.Builder{}, fake(t), "cluster", "delete", "1"); err == nil || !strings.HasSuffix(err.Error(), "cluster delete 1: exit status 1") {
		t.Errorf("error %v", err)
	}
}
