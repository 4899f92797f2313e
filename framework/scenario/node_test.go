package scenario

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/history"
)

// fakeShell notes what is run on the node and answers by what the script
// contains.
type fakeShell struct {
	ran     []string
	answers map[string]string
	fails   map[string]string
	down    error
}

func (f *fakeShell) Run(_ context.Context, stdin string, command ...string) (string, string, int, error) {
	text := stdin + strings.Join(command, " ")
	f.ran = append(f.ran, text)
	for part, why := range f.fails {
		if strings.Contains(text, part) {
			return "", why, 1, f.down
		}
	}
	for part, answer := range f.answers {
		if strings.Contains(text, part) {
			return answer, "", 0, f.down
		}
	}
	return "", "", 0, f.down
}

// order returns which of the parts were run, in order.
func (f *fakeShell) order(parts ...string) (found []string) {
	for _, text := range f.ran {
		for _, part := range parts {
			if strings.Contains(text, part) {
				found = append(found, part)
			}
		}
	}
	return found
}

// onBench gives a bench a node whose kubelet may not be asked for its pods.
func onBench(t *testing.T, b *bench, shell *fakeShell) {
	t.Helper()
	b.Shell = shell
	b.Recording.Read(func(h *history.History) { h.Header.Node = "n" })
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}
	node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}
	if err := b.client.Tracker().Add(node); err != nil {
		t.Fatal(err)
	}
	b.client.PrependReactor("list", "pods", forbid)
}

func TestUndoScript(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "sh", "-n", "-c", undoScript).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	for _, word := range []string{"DIR", "CONFIG", "STATIC", "LOGIND"} {
		if strings.Contains(undoScript, word) {
			t.Errorf("%s was not replaced", word)
		}
	}
}

// TestNodeIsRestored: the undo script is there before the first change, and runs
// at the end, also when a step failed.
func TestNodeIsRestored(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		shell := &fakeShell{answers: map[string]string{"cat " + kubeletConfig: "kind: KubeletConfiguration\nvolumeStatsAggPeriod: 0s\nevictionHard: {a: 1%}\n"}}
		onBench(t, b, shell)
		if err := StartKubelet("volumeStatsAggPeriod: 2s").Do(ctx, b.Execution); err != nil {
			t.Fatal(err)
		}
		if got, want := shell.order("systemd-run", "cp -p", "systemctl restart kubeletsh", "/healthz"),
			[]string{"systemd-run", "cp -p", "systemd-run", "systemctl restart kubeletsh", "/healthz"}; !slices.Equal(got, want) {
			t.Errorf("order %q, want %q", got, want)
		}
		written := shell.ran[slices.IndexFunc(shell.ran, func(s string) bool { return strings.Contains(s, "cp -p") })]
		for _, line := range []string{"volumeStatsAggPeriod: 2s\n", "evictionHard:\n", "kind: KubeletConfiguration\n"} {
			if !strings.Contains(written, line) {
				t.Errorf("no %q in %s", line, written)
			}
		}
		first := shell.ran[0]
		if !strings.Contains(first, "hookcheck-undo") || !strings.Contains(first, undoScript) {
			t.Errorf("the node was changed before the undo script was there: %s", first)
		}
		shell.fails = map[string]string{"stop kubelet": "no such unit"}
		if err := StopKubelet().Do(ctx, b.Execution); err == nil || !strings.Contains(err.Error(), "no such unit") {
			t.Errorf("error %v", err)
		}
		shell.ran = nil
		b.client.PrependReactor("get", "nodes", forbid)
		if err := b.restoreNode(ctx); err == nil || !strings.Contains(err.Error(), "does not work again") {
			t.Errorf("error %v where the node is not there any more", err)
		}
		if len(shell.order("sh "+nodeDir+"/undo")) != 1 {
			t.Errorf("not undone: %q", shell.ran)
		}
		shell.ran = nil
		if err := b.restoreNode(ctx); err != nil || len(shell.ran) != 0 {
			t.Errorf("undone twice: %v, %q", err, shell.ran)
		}
	})
}

func TestNodeStepsWithoutShell(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		if err := OnNode("look", "true").Do(ctx, b.Execution); err == nil || !strings.Contains(err.Error(), "no command can be run") {
			t.Errorf("error %v", err)
		}
	})
}

func TestJournals(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		shell := &fakeShell{answers: map[string]string{"cat " + held("p", "app", 1): "foreign\n"}}
		onBench(t, b, shell)
		p := podNamed("p-n")
		p.UID, p.Annotations = "mirror", map[string]string{corev1.MirrorPodAnnotationKey: "static"}
		b.version(p)
		shell.fails = map[string]string{"grep": ""}
		began := time.Now()
		if err := AwaitJournal("p", "app", "hook-begin", time.Second).Do(ctx, b.Execution); err != nil || time.Since(began) < time.Second {
			t.Errorf("expiry is no error: %v after %s", err, time.Since(began))
		}
		shell.fails = nil
		for _, step := range []Step{AwaitJournal("p", "app", "hook-begin", time.Second), HoldJournals("app", "p"), ReadJournals("app", "p")} {
			if err := step.Do(ctx, b.Execution); err != nil {
				t.Fatal(err)
			}
		}
		if got := shell.order(journals("static", "app")); len(got) == 0 {
			t.Errorf("not the static pod's journal: %q", shell.ran)
		}
		b.Recording.Read(func(h *history.History) {
			if e := h.First(history.Log().Of("p")); e == nil || e.Name != history.JournalFile || e.Instance != 1 {
				t.Errorf("%+v", e)
			}
		})
		shell.answers = map[string]string{"cd " + podsDir: noJournal + "\n"}
		shell.fails = map[string]string{"cat " + held("p", "app", 2): "No such file or directory"}
		for _, step := range []Step{HoldJournal("p", "app", 2), ReadJournal("p", "app", 2)} {
			if err := step.Do(ctx, b.Execution); err != nil {
				t.Errorf("that the kubelet has no container is no error: %v", err)
			}
		}
		b.Recording.Read(func(h *history.History) {
			if h.First(history.StepEnd("hold-journal").Saying("error", "no container app of pod p")) == nil || len(h.All(history.Log())) != 1 {
				t.Error("the history does not say so")
			}
		})
		shell.fails["cat "+held("p", "app", 3)] = "No such file or directory"
		if err := ReadJournal("p", "app", 3).Do(ctx, b.Execution); err == nil {
			t.Error("a journal that was held and is gone is no error")
		}
		if err := KillSandbox("unknown").Do(ctx, b.Execution); err == nil {
			t.Error("a pod that nobody knows has a sandbox")
		}
	})
}

func TestStatic(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		shell := &fakeShell{}
		onBench(t, b, shell)
		pod := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Pod",
			"metadata": map[string]any{"name": "s", "finalizers": []any{Finalizer}},
			"spec":     map[string]any{"affinity": map[string]any{}}, "status": map[string]any{}}}
		b.fixture = []*unstructured.Unstructured{pod}
		if err := WriteStatic("s", "2").Do(ctx, b.Execution); err != nil {
			t.Fatal(err)
		}
		want := `{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"hookcheck.dev/revision":"2"},"name":"s","namespace":"space"},"spec":{}}`
		if got := shell.order(want, staticPrefix+"s.yaml"); len(got) < 2 {
			t.Errorf("ran %q", shell.ran)
		}
		if len(pod.GetFinalizers()) != 1 {
			t.Error("the fixture was changed")
		}
		if err := WriteStatic("t", "1").Do(ctx, b.Execution); err == nil || !strings.Contains(err.Error(), "no pod t") {
			t.Errorf("error %v", err)
		}
	})
}

func TestUnmendedAndMend(t *testing.T) {
	shell := &fakeShell{answers: map[string]string{"/namespace": "hookcheck-k7\n"}}
	if namespace, err := Unmended(t.Context(), shell); namespace != "hookcheck-k7" || err != nil {
		t.Errorf("got %q, %v", namespace, err)
	}
	shell.down = errors.New("gone")
	if _, err := Unmended(t.Context(), shell); err == nil {
		t.Error("no error")
	}
	if err := Mend(t.Context(), shell); err == nil || !strings.Contains(err.Error(), "tries again within 3m0s") {
		t.Errorf("error %v", err)
	}
}

// forbid refuses a request.
func forbid(a clienttesting.Action) (bool, runtime.Object, error) {
	return true, nil, apierrors.NewForbidden(a.GetResource().GroupResource(), "", errors.New("no right"))
}
