package hookcheckmutant

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOn(t *testing.T) {
	s := parse("K01 hookcheck-a\nK01 hookcheck-b\nP03 *\n\nnonsense\nK02 a b\nK04 hookcheck-c")
	for _, tc := range []struct {
		id, namespace string
		want          bool
	}{
		{"K01", "hookcheck-a", true},
		{"K01", "hookcheck-b-grace", true},
		{"K01", "hookcheck", false},
		{"K01", "", false},
		{"K1", "hookcheck-a", false},
		{"P03", "anything", true},
		{"P03", "", true},
		{"nonsense", "", false},
		{"K02", "a", false},           // not a line of ours
		{"K04", "hookcheck-c", false}, // not yet written to its end
	} {
		if got := s.on(tc.id, tc.namespace); got != tc.want {
			t.Errorf("on(%q, %q) = %v, want %v", tc.id, tc.namespace, got, tc.want)
		}
	}
}

func TestWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mutants")
	now := watch(path)
	if now.Load().on("K01", "") {
		t.Error("on without a file")
	}
	become := func(want bool) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); now.Load().on("K01", "x") != want; time.Sleep(interval / 10) {
			if time.Now().After(deadline) {
				t.Fatalf("K01 is not %v within 10 s", want)
			}
		}
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("K01 x\n")
	become(true)
	write("K02 x\n")
	become(false)
	write("K01 *\n")
	become(true)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	become(false)
}

func TestUnreadableLeavesOnWhatIsOn(t *testing.T) {
	if _, ok := read(t.TempDir()); ok {
		t.Error("a directory was read as a file of switches")
	}
}

func TestFile(t *testing.T) {
	for env, want := range map[string]string{"": "/opt/hookcheck/mutants", "/x/y": "/x/y"} {
		t.Setenv("HOOKCHECK_MUTANTS", env)
		if got := file(); got != want {
			t.Errorf("with HOOKCHECK_MUTANTS=%q: %q, want %q", env, got, want)
		}
	}
}
