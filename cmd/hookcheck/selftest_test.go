package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

// The self-tests run the built binary against the kind cluster of `make
// cluster-up`, as a user would: `make e2e-self`.

// self is the binary and the cluster under test.
type self struct {
	binary string
	client kubernetes.Interface
}

func newSelf(t *testing.T) self {
	t.Helper()
	if os.Getenv("HOOKCHECK_SELFTEST") == "" {
		t.Skip("needs a cluster: make e2e-self")
	}
	binary, err := filepath.Abs("../../bin/hookcheck")
	if err != nil {
		t.Fatal(err)
	}
	k := cluster.NewKind(cluster.DefaultName)
	config, _, err := cluster.Connect(t.Context(), k.GetKubeconfig(), k.GetKubectlContext())
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return self{binary, client}
}

// start starts the binary in a directory of its own.
func (s self) start(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer, string) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(s.binary, args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out, dir
}

// run runs the binary and returns its exit code, what it printed, and the
// directory that it ran in.
func (s self) run(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	cmd, out, dir := s.start(t, args...)
	return exitCode(t, cmd.Wait()), out.String(), dir
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		return exit.ExitCode()
	}
	return 0
}

// left returns what of ours is in the cluster: namespaces, and pods anywhere.
func (s self) left(t *testing.T) []string {
	t.Helper()
	ours := metav1.ListOptions{LabelSelector: scenario.ManagedByLabel + "=" + scenario.ManagedBy}
	var names []string
	spaces, err := s.client.CoreV1().Namespaces().List(t.Context(), ours)
	if err != nil {
		t.Fatal(err)
	}
	for _, ns := range spaces.Items {
		names = append(names, "namespace "+ns.Name)
	}
	pods, err := s.client.CoreV1().Pods("").List(t.Context(), ours)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pods.Items {
		names = append(names, "pod "+p.Namespace+"/"+p.Name)
	}
	return names
}

// awaitPods waits until so many pods of ours are there: the run is in full swing.
func (s self) awaitPods(t *testing.T, n int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for len(s.left(t)) <= n {
		if time.Now().After(deadline) {
			t.Fatalf("no %d pods of a run within a minute", n)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// latest is where the last run in a directory wrote.
func latest(dir string) string { return filepath.Join(dir, "_artifacts", "latest") }

func (s self) report(t *testing.T, dir string) reports.Report {
	t.Helper()
	r, err := reports.Read(filepath.Join(latest(dir), reports.ReportFile))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSelfInterrupted(t *testing.T) {
	s := newSelf(t)
	pick := selection{requirements: []string{"grace.*"}, profiles: []string{"core", "extended"}, level: levelObserved}
	all, err := pick.resolve()
	if err != nil {
		t.Fatal(err)
	}
	selected := len(all)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			cmd, out, dir := s.start(t, "run", "--kind", "--requirement", "grace.*")
			s.awaitPods(t, 5)
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code := exitCode(t, cmd.Wait()); code != reports.ExitInterrupted {
				t.Errorf("exit code %d, want %d\n%s", code, reports.ExitInterrupted, out)
			}
			if left := s.left(t); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			r := s.report(t, dir)
			if !r.Run.Interrupted || r.Summary.Total() != selected || r.ExitCode != reports.ExitInterrupted {
				t.Errorf("report: interrupted %t, %d results, exit code %d", r.Run.Interrupted, r.Summary.Total(), r.ExitCode)
			}
			if _, err := os.Stat(filepath.Join(dir, "_artifacts", "latest", reports.JUnitFile)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSelfKilled(t *testing.T) {
	s := newSelf(t)
	kill := func() {
		cmd, _, _ := s.start(t, "run", "--kind", "--requirement", "grace.*")
		s.awaitPods(t, 5)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if len(s.left(t)) == 0 {
			t.Fatal("a killed run leaves something: the test is wrong")
		}
	}
	t.Run("cleanup", func(t *testing.T) {
		kill()
		if code, out, _ := s.run(t, "cleanup", "--kind"); code != 0 || !strings.Contains(out, "removed run") {
			t.Errorf("exit code %d: %s", code, out)
		}
		if left := s.left(t); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("next run", func(t *testing.T) {
		kill()
		if code, out, _ := s.run(t, "run", "--kind", "--requirement", "grace.default-30"); code != 0 || !strings.Contains(out, "removed what an earlier run left") {
			t.Errorf("exit code %d: %s", code, out)
		}
		if left := s.left(t); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("a living run is left alone", func(t *testing.T) {
		cmd, out, _ := s.start(t, "run", "--kind", "--requirement", "grace.*")
		s.awaitPods(t, 5)
		if code, out, _ := s.run(t, "cleanup", "--kind"); code != 0 || !strings.Contains(out, "nothing to remove") {
			t.Errorf("exit code %d: %s", code, out)
		}
		if code := exitCode(t, cmd.Wait()); code != 0 {
			t.Errorf("exit code %d of the run beside it: %s", code, out)
		}
	})
}

func TestSelfBadEnvironment(t *testing.T) {
	s := newSelf(t)
	name := cluster.DefaultName + "-control-plane"
	for _, tc := range []struct {
		name    string
		args    []string
		prepare func(ctx context.Context) (undo func())
		code    int
		says    []string
	}{
		{name: "the agent's image cannot be pulled", code: 3,
			args: []string{"--image", "agent=hookcheck.dev/none:1", "-r", "grace.default-30"},
			says: []string{"image hookcheck.dev/none:1 cannot be pulled", "hookcheck images push"}},
		{name: "a pod never starts", code: 3,
			args: []string{"--image", "nginx=hookcheck.dev/none:1", "-r", "env.filesystem"},
			says: []string{"inconclusive", "pod poststart-log never started", "ErrImagePull"}},
		{name: "no such node", code: 3, args: []string{"--node", "nope", "-r", "grace.default-30"}, says: []string{`nodes "nope" not found`}},
		{name: "no schedulable node", code: 3, args: []string{"-r", "grace.default-30"}, says: []string{"no node takes it", "unschedulable"},
			prepare: func(ctx context.Context) func() {
				s.cordon(ctx, t, name, true)
				return func() { s.cordon(context.WithoutCancel(ctx), t, name, false) }
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.prepare != nil {
				defer tc.prepare(t.Context())()
			}
			code, out, dir := s.run(t, append([]string{"run", "--kind"}, tc.args...)...)
			if code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			flat := strings.Join(strings.Fields(out), " ")
			for _, says := range tc.says {
				if !strings.Contains(flat, says) {
					t.Errorf("does not say %q:\n%s", says, out)
				}
			}
			if r := s.report(t, dir); r.ExitCode != tc.code {
				t.Errorf("report.json says exit code %d", r.ExitCode)
			}
			if left := s.left(t); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func (s self) cordon(ctx context.Context, t *testing.T, node string, off bool) {
	t.Helper()
	n, err := s.client.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	n.Spec.Unschedulable = off
	if _, err := s.client.CoreV1().Nodes().Update(ctx, n, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}
