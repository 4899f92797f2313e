package run

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// nodeAccess finds the way onto the node and says which needs are missing there,
// with the reason. What a dead run changed on the node is undone. Where nothing
// selected needs the node, nothing is run on it.
func (s *Session) nodeAccess(ctx context.Context) map[requirement.Need]string {
	wanted := false
	for _, r := range s.o.Selected {
		wanted = wanted || r.Profile == requirement.Node
	}
	reason := "this run cannot run commands on nodes"
	if wanted && s.o.Nodes != nil {
		s.shell, reason = s.o.Nodes(ctx, s.Node)
	}
	if s.shell != nil {
		if _, err := mend(ctx, s.client, s.Node, s.shell, false); err != nil {
			s.shell, reason = nil, err.Error()
		}
	}
	if s.shell == nil {
		return map[requirement.Need]string{requirement.NeedNode: reason, requirement.NeedLogind: reason}
	}
	if _, stderr, code, err := s.shell.Run(ctx, hasLogind, "sh", "-eu"); err != nil || code != 0 {
		return map[requirement.Need]string{requirement.NeedLogind: fmt.Sprintf(
			"node %s has no systemd-logind that could announce a shutdown, and no busctl: use a node image with both (%s %v)", s.Node.Name, stderr, err)}
	}
	return nil
}

// hasLogind finds out whether the node could announce its shutdown to a kubelet.
const hasLogind = `
busctl --version >/dev/null
systemctl cat systemd-logind.service >/dev/null
systemctl is-active --quiet dbus.socket
`

// mend undoes what a run changed on a node, unless it is alive and all is not
// set: then it is an error. It returns the namespace of the run, "" where there
// is nothing to undo.
func mend(ctx context.Context, client kubernetes.Interface, node *corev1.Node, shell scenario.Shell, all bool) (string, error) {
	namespace, err := scenario.Unmended(ctx, shell)
	if namespace == "" || err != nil {
		return "", err
	}
	if !all {
		alive, err := livesIn(ctx, client, namespace)
		if err != nil {
			return "", err
		}
		if alive {
			return "", fmt.Errorf("the run in namespace %s is at work on node %s: wait until it has ended", namespace, node.Name)
		}
	}
	return namespace, scenario.Mend(ctx, shell)
}

// livesIn tells whether a run in that namespace gives signs of life.
func livesIn(ctx context.Context, client kubernetes.Interface, namespace string) (bool, error) {
	runs, err := runsIn(ctx, client, namespace)
	if err != nil {
		return false, err
	}
	ns, err := client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if err != nil || ns.Labels[scenario.ManagedByLabel] != scenario.ManagedBy {
		ns = nil // not of our making, not readable, or gone
	}
	for run := range runs {
		alive, err := lives(ctx, client, namespace, run, ns)
		if alive || err != nil {
			return alive, err
		}
	}
	return false, nil
}

// MendNodes undoes what dead runs changed on the nodes that can be reached; with
// all, living runs too. It returns what it did.
func MendNodes(ctx context.Context, client kubernetes.Interface, find NodeFinder, all bool) ([]string, error) {
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsForbidden(err): // then no run of ours found the way onto one either
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	var mended []string
	for i := range nodes.Items {
		shell, _ := find(ctx, &nodes.Items[i])
		if shell == nil {
			continue
		}
		namespace, err := mend(ctx, client, &nodes.Items[i], shell, all)
		if err != nil {
			return mended, err
		}
		if namespace != "" {
			mended = append(mended, fmt.Sprintf("the changes of the run in namespace %s to node %s", namespace, nodes.Items[i].Name))
		}
	}
	return mended, nil
}
