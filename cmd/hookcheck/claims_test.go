package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

func TestClaimsWithoutARun(t *testing.T) {
	code, out := runCommand(t, "claims")
	if code != 0 || !strings.Contains(out, "no run: ") || !strings.Contains(out, "hook-functions-16  refuted\n") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	ledger, err := requirement.LoadClaims()
	if err != nil {
		t.Fatal(err)
	}
	code, out = runCommand(t, "claims", "-o", "json")
	var claims reports.Claims
	if err := json.Unmarshal([]byte(out), &claims); code != 0 || err != nil || len(claims.Claims) != len(ledger.Claims) || claims.Run != "" {
		t.Errorf("exit code %d, %v, %d claims of %d", code, err, len(claims.Claims), len(ledger.Claims))
	}
	if code, out := runCommand(t, "claims", "--verdict", "refuted", "-o", "yaml"); code != 0 || strings.Contains(out, "verdict: holds") || !strings.Contains(out, "verdict: refuted") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

// TestClaimsBesideARun: grace.default-30 proves two claims that hold.
func TestClaimsBesideARun(t *testing.T) {
	for _, tc := range []struct {
		verdict requirement.Verdict
		log     bool
		code    int
		says    string
	}{
		{requirement.Conformant, false, 0, "  holds  supported\n"},
		{requirement.Conformant, true, 0, "  holds  supported\n"},
		{requirement.Inconclusive, false, 0, "  holds  open\n"},
		{requirement.NonConformant, false, 1, "THE RUN CONTRADICTS THE LEDGER on 2 claims:\n"},
	} {
		dir := saved(t, tc.verdict, tc.log)
		var out bytes.Buffer
		code := execute(t.Context(), []string{"claims", "--run", dir}, streams{out: &out, err: &out})
		if code != tc.code || !strings.Contains(out.String(), tc.says) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", tc.verdict, code, tc.code, tc.says, out.String())
		}
	}
}

// TestClaimsTakesTheLastRun: where nobody says which, it is _artifacts/latest.
func TestClaimsTakesTheLastRun(t *testing.T) {
	dir := saved(t, requirement.NonConformant, false)
	t.Chdir(t.TempDir())
	if err := os.Mkdir("_artifacts", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join("_artifacts", "latest")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"claims"}, {"claims", "--run", "latest"}} {
		var out bytes.Buffer
		if code := execute(t.Context(), args, streams{out: &out, err: &out}); code != reports.ExitNonConformant {
			t.Errorf("%v: exit code %d:\n%s", args, code, out.String())
		}
	}
}
