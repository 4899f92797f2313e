package engine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

func TestDebianLike(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want bool
	}{
		"debian":   {"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n", true},
		"ubuntu":   {"ID=ubuntu\nID_LIKE=debian\n", true},
		"mint":     {"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", true},
		"fedora":   {"ID=fedora\n", false},
		"quoted":   {"ID='debian'\n", true},
		"comment":  {"#ID=debian\nID=alpine\n", false},
		"no file":  {"", false},
		"too much": {"ID=\n=\n\"\nID_LIKE=\"\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := debianLike(osRelease(tc.text)); got != tc.want {
				t.Errorf("debianLike = %v, want %v", got, tc.want)
			}
		})
	}
}

func TestLacksCapability(t *testing.T) {
	failed := func(output string) error {
		return fmt.Errorf("probe: %w", &command.Error{Output: output, Err: errors.New("exit status 126")})
	}
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"missing": {failed("OCI runtime create failed: unable to start container process: unable to apply caps: operation not permitted: unknown"), true},
		"another": {failed("OCI runtime create failed: mount /sys: operation not permitted: unknown"), false},
		"other":   {errors.New("unable to apply caps: operation not permitted"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lacksCapability(tc.err); got != tc.want {
				t.Errorf("lacksCapability = %v, want %v", got, tc.want)
			}
		})
	}
}

func TestParseStartTime(t *testing.T) {
	const rest = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"
	if got, err := parseStartTime("17 (a) b (c)" + rest); err != nil || got != "4711" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"", "17 (a", "17 (a) S 1 2", "17 (a) Z" + rest[2:]} {
		if got, err := parseStartTime(bad); err == nil {
			t.Errorf("parseStartTime(%q) = %q, want an error", bad, got)
		}
	}
}

func TestDaemonIsNotAnotherProcessWithItsNumber(t *testing.T) {
	start, err := startTime(os.Getpid())
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	if !(daemon{PID: os.Getpid(), Start: start}).running() {
		t.Error("this process is not recognized")
	}
	if (daemon{PID: os.Getpid(), Start: "1"}).running() {
		t.Error("another process with the same number is taken for ours")
	}
}

func TestNamedEngineThatDoesNotAnswerIsAnError(t *testing.T) {
	if _, err := exec.LookPath("docker"); err != nil {
		t.Skip("no docker command")
	}
	host := "unix://" + t.TempDir() + "/none.sock"
	t.Setenv("DOCKER_HOST", host)
	err := Ensure(t.Context(), t.Logf)
	if err == nil || !strings.Contains(err.Error(), "DOCKER_HOST="+host) || !strings.Contains(err.Error(), "unset the variable") {
		t.Errorf("error %v names neither the variable nor what to do", err)
	}
}

func TestStateRoundTrip(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	if probedBefore("x") {
		t.Error("probed before the first probe")
	}
	if err := rememberProbe("x"); err != nil {
		t.Fatal(err)
	}
	if !probedBefore("x") || probedBefore("y") {
		t.Error("the result is not kept, or kept for another engine")
	}
}

func TestWrapperIsInstalledWhereItStays(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles")
	}
	goCache, err := exec.Command("go", "env", "GOCACHE").Output() // otherwise below the directory that is replaced here
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	path, err := installWrapper(t.Context(), t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || !strings.HasPrefix(path, state) || info.Mode().Perm() != 0o755 {
		t.Errorf("%s: %v, %v", path, info, err)
	}
}
