package run

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// nodeShell is a node on which a run left the undo script, or none where left is
// empty.
type nodeShell struct {
	left     string
	noLogind bool
	ran      []string
}

func (n *nodeShell) Run(_ context.Context, stdin string, command ...string) (string, string, int, error) {
	text := stdin + strings.Join(command, " ")
	n.ran = append(n.ran, text)
	switch {
	case strings.Contains(text, "/namespace"):
		return n.left, "", 0, nil
	case strings.Contains(text, "busctl") && n.noLogind:
		return "", "sh: busctl: not found", 127, nil
	}
	return "", "", 0, nil
}

func (n *nodeShell) mended() bool {
	return slices.ContainsFunc(n.ran, func(s string) bool { return strings.Contains(s, "hookcheck/undo; fi") })
}

func findShell(n *nodeShell) NodeFinder {
	return func(context.Context, *corev1.Node) (scenario.Shell, string) { return n, "" }
}

func TestNodeAccess(t *testing.T) {
	node := requirement.Requirement{ID: "node.x", Profile: requirement.Node}
	core := requirement.Requirement{ID: "grace.x", Profile: requirement.Core}
	elsewhere := NodeFinder(func(context.Context, *corev1.Node) (scenario.Shell, string) { return nil, "the node is elsewhere" })
	for _, tc := range []struct {
		name     string
		find     NodeFinder
		selected requirement.Requirement
		leases   []runtime.Object
		shell    *nodeShell
		missing  map[requirement.Need]string // a part of the reason
		mended   bool
	}{
		{name: "no way", selected: node, missing: map[requirement.Need]string{requirement.NeedNode: "cannot run commands", requirement.NeedLogind: "cannot run"}},
		{name: "elsewhere", find: elsewhere, selected: node, missing: map[requirement.Need]string{requirement.NeedNode: "elsewhere", requirement.NeedLogind: "elsewhere"}},
		{name: "not asked for", shell: &nodeShell{}, selected: core, missing: map[requirement.Need]string{requirement.NeedNode: "cannot", requirement.NeedLogind: "cannot"}},
		{name: "all there", shell: &nodeShell{}, selected: node},
		{name: "no logind", shell: &nodeShell{noLogind: true}, selected: node, missing: map[requirement.Need]string{requirement.NeedLogind: "busctl: not found"}},
		{name: "left by a dead run", shell: &nodeShell{left: "space\n"}, selected: node, mended: true,
			leases: []runtime.Object{signOfLife("space", "k1", time.Hour)}},
		{name: "a living run", shell: &nodeShell{left: "space\n"}, selected: node, leases: []runtime.Object{signOfLife("space", "k1", 0)},
			missing: map[requirement.Need]string{requirement.NeedNode: "the run in namespace space is at work", requirement.NeedLogind: "at work"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			find := tc.find
			if tc.shell != nil {
				find = findShell(tc.shell)
			}
			s := &Session{o: Options{Selected: []requirement.Requirement{tc.selected}, Nodes: find}, client: fake.NewClientset(tc.leases...),
				Node: &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}}
			missing := s.nodeAccess(t.Context())
			if len(missing) != len(tc.missing) {
				t.Errorf("missing %v", missing)
			}
			for need, part := range tc.missing {
				if !strings.Contains(missing[need], part) {
					t.Errorf("%s: %q, want %q", need, missing[need], part)
				}
			}
			if (s.shell == nil) != (tc.missing[requirement.NeedNode] != "") {
				t.Errorf("shell %v", s.shell)
			}
			if tc.shell != nil && tc.shell.mended() != tc.mended {
				t.Errorf("ran %q", tc.shell.ran)
			}
		})
	}
}

func TestMendNodes(t *testing.T) {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}
	shell := &nodeShell{left: "space"}
	client := fake.NewClientset(node, signOfLife("space", "k1", 0))
	if _, err := MendNodes(t.Context(), client, findShell(shell), false); err == nil || shell.mended() {
		t.Errorf("a living run was disturbed: %v", err)
	}
	mended, err := MendNodes(t.Context(), client, findShell(shell), true)
	if want := "the changes of the run in namespace space to node n"; err != nil || len(mended) != 1 || mended[0] != want || !shell.mended() {
		t.Errorf("got %q, %v", mended, err)
	}
	clean := &nodeShell{}
	if mended, err := MendNodes(t.Context(), client, findShell(clean), true); err != nil || len(mended) != 0 || clean.mended() {
		t.Errorf("got %q, %v", mended, err)
	}
}
