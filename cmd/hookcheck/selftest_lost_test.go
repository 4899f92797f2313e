package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// A run of two scenarios, of which the first takes 2 s and the second 6 s.
const short, long = "grace.default-30", "grace.delete-override-shorter"

// awaitResult waits until a run has written a verdict.
func awaitResult(t *testing.T, dir string, out *bytes.Buffer) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		record, err := reports.ReadLog(filepath.Join(dir, reports.LogFile))
		if err == nil && len(record.Results) > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no result within a minute: %v\n%s", err, out)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// expect runs the binary and wants this exit code, and these words.
func (s self) expect(t *testing.T, code int, says string, args ...string) {
	t.Helper()
	got, out, _ := s.run(t, args...)
	if got != code || !strings.Contains(strings.Join(strings.Fields(out), " "), says) {
		t.Errorf("hookcheck %s: exit code %d, want %d and %q:\n%s", strings.Join(args, " "), got, code, says, out)
	}
}

// TestSelfLost: nothing that was found is lost. The two runs go on beside each other,
// since both mostly wait.
func TestSelfLost(t *testing.T) {
	s := newSelf(t)
	t.Run("runs", func(t *testing.T) {
		t.Run("killed", s.killedAndResumed)
		t.Run("full disk", s.fullDisk)
	})
	if left := s.left(t); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// killedAndResumed: a run is killed, what it left is reported and verified, and then
// it is gone on with. Neither while it goes on nor afterwards does another get into
// its directory.
func (s self) killedAndResumed(t *testing.T) {
	t.Parallel()
	cmd, out, in := s.start(t, "run", "--kind", "-r", short, "-r", long, "--procs", "2")
	dir := latest(in)
	awaitResult(t, dir, out)
	s.expect(t, reports.ExitUsage, "is still going on", "run", "--kind", "--resume", dir)
	s.expect(t, reports.ExitUsage, "holds another run", "run", "--kind", "-r", short, "--artifacts", dir)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	s.expect(t, reports.ExitUsage, "`hookcheck report DIR` makes one", "verify", dir)
	s.expect(t, reports.ExitInterrupted, "stopped with 1 of 2 requirements not judged", "report", dir)
	s.expect(t, 0, "judged again, 1 verdicts are the same", "verify", dir)
	if r := s.report(t, in); r.Summary.Conformant != 1 || r.Summary.NotRun != 1 || len(r.Cluster.Nodes) != 1 || r.Cluster.Nodes[0].KernelVersion == "" {
		t.Errorf("the killed run: %+v, %+v", r.Summary, r.Cluster)
	}
	s.expect(t, reports.ExitUsage, "level is must, was not given", "run", "--kind", "--resume", dir, "--level", "must")
	s.expect(t, 0, "after it was killed, 1 verdict kept", "run", "--kind", "--resume", dir)
	s.expect(t, 0, "judged again, 2 verdicts are the same", "verify", dir)
	if r := s.report(t, in); r.Summary.Conformant != 2 || len(r.Run.Resumed) != 1 {
		t.Errorf("the whole run: %+v, %+v", r.Summary, r.Run)
	}
	s.expect(t, reports.ExitUsage, "nothing is missing", "run", "--kind", "--resume", dir)
}

// fullDisk: the disk is full from the first verdict on. The run says so, and what it
// had found stays.
func (s self) fullDisk(t *testing.T) {
	t.Parallel()
	small := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small).CombinedOutput(); err != nil {
		t.Skipf("needs a small file system, which root can mount: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", small).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	dir, filler := filepath.Join(small, "run"), filepath.Join(small, "filler")
	cmd, out, _ := s.start(t, "run", "--kind", "-r", short, "-r", long, "--procs", "2", "--artifacts", dir)
	awaitResult(t, dir, out)
	if err := os.WriteFile(filler, make([]byte, 2<<20), 0o600); err == nil {
		t.Fatal("2 MB went onto a disk of 1 MB")
	}
	code := exitCode(t, cmd.Wait())
	for _, says := range []string{"the run broke off", filepath.Join(dir, "histories", "grace", "override.jsonl"), "no space left on device",
		"`hookcheck report " + dir + "` writes the reports"} {
		if code != reports.ExitInconclusive || !strings.Contains(out.String(), says) {
			t.Errorf("exit code %d, no %q in\n%s", code, says, out)
		}
	}
	s.expect(t, reports.ExitInconclusive, "1 of 2 requirements conformant, 1 not run", "report", dir)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.expect(t, reports.ExitInterrupted, "1 of 2 requirements conformant, 1 not run", "report", dir)
	s.expect(t, 0, "judged again, 1 verdicts are the same", "verify", dir)
}

// TestSelfSetUpFails: what kept a run from beginning stands in its reports, and no
// reader takes them for a pass.
func TestSelfSetUpFails(t *testing.T) {
	s := newSelf(t)
	for name, tc := range map[string]struct {
		change func(c *clientcmdapi.Config)
		says   string
	}{
		"nothing listens": {func(c *clientcmdapi.Config) {
			for _, at := range c.Clusters {
				at.Server = "https://127.0.0.1:1"
			}
		}, "connection refused"},
		"nobody knows the user": {func(c *clientcmdapi.Config) {
			for name := range c.AuthInfos {
				c.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: "made-up"}
			}
		}, "Unauthorized"},
		"no namespace may be made": {func(c *clientcmdapi.Config) {
			for _, user := range c.AuthInfos {
				user.Impersonate = "hookcheck-nobody"
			}
		}, `cannot create resource "namespaces"`},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := clientcmd.LoadFromFile(cluster.NewKind(cluster.DefaultName).GetKubeconfig())
			if err != nil {
				t.Fatal(err)
			}
			tc.change(config)
			path := filepath.Join(t.TempDir(), "kubeconfig")
			if err := clientcmd.WriteToFile(*config, path); err != nil {
				t.Fatal(err)
			}
			code, out, in := s.run(t, "run", "--kubeconfig", path, "-r", short)
			if code != reports.ExitInconclusive || !strings.Contains(out, "the set-up failed") || !strings.Contains(out, tc.says) {
				t.Errorf("exit code %d, no %q in\n%s", code, tc.says, out)
			}
			if r := s.report(t, in); r.Outcome != reports.Error || !strings.Contains(r.Run.Error, tc.says) || r.Summary.Count(requirement.NotRun) != 1 {
				t.Errorf("report.json: %s, %+v, %+v", r.Outcome, r.Run, r.Summary)
			}
			junit, err := os.ReadFile(filepath.Join(latest(in), reports.JUnitFile))
			if err != nil || !strings.Contains(string(junit), `type="SetupFailed"`) || !strings.Contains(string(junit), `tests="2" failures="0" errors="2"`) {
				t.Errorf("%v: %.1000s", err, junit)
			}
			s.expect(t, 0, "verified", "verify", latest(in))
		})
	}
}
