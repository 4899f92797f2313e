package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// ourTaint is put on a node to have one pod of ours evicted, and nobody else's.
// Admission lets every other pod tolerate its key for 300 s (DefaultTolerationSeconds),
// and the node lifecycle controller removes it from a node that is ready within
// seconds, even if we do not live to do it. The value tells it from the
// controller's own.
var ourTaint = corev1.Taint{Key: corev1.TaintNodeUnreachable, Value: ManagedBy, Effect: corev1.TaintEffectNoExecute}

const (
	// taintAgain is how long the taint may have no effect before it is looked
	// at again: the node lifecycle controller may have removed it at once.
	taintAgain = 2 * time.Second
	// tolerant is how long a pod of somebody else's must tolerate the taint: it
	// is there for some seconds.
	tolerant = 2 * Patience
)

// EvictByTaint puts a NoExecute taint on a pod's node until the pod is being
// deleted. The pod tolerates node.kubernetes.io/unreachable for no time. Where a
// pod that is not the scenario's would not tolerate it either, nothing is done,
// and the error names that pod. The step is called taint.
func EvictByTaint(pod string) Step {
	return needing(Step{Text: "taint the node of " + pod, Do: func(ctx context.Context, x *Execution) error {
		p, err := x.Client.CoreV1().Pods(x.Namespace).Get(ctx, pod, metav1.GetOptions{})
		if err != nil {
			return fmt.Errorf("find the node of pod %s: %w", pod, err)
		}
		node := p.Spec.NodeName
		if err := x.spareOthers(ctx, node); err != nil {
			return err
		}
		x.undo = append(x.undo, func(ctx context.Context) error { return x.setTaint(ctx, node, false) })
		end := x.Recording.Step("taint", pod, map[string]string{"node": node, "taint": ourTaint.ToString()})
		err = x.taintUntilDeleted(ctx, pod, node)
		end(err)
		if errors.Is(err, errNotDeleted) { // the checks will say so
			err = nil
		}
		return errors.Join(err, x.setTaint(context.WithoutCancel(ctx), node, false))
	}}, requirement.NeedTaints)
}

var errNotDeleted = errors.New("the taint did not get the pod deleted")

// taintUntilDeleted keeps the taint on the node until the pod is being deleted.
func (x *Execution) taintUntilDeleted(ctx context.Context, pod, node string) error {
	deleted := history.PodVersion(history.Deleting()).Of(pod)
	for deadline := time.Now().Add(Patience); ; {
		if err := x.setTaint(ctx, node, true); err != nil {
			return err
		}
		limited, cancel := context.WithTimeout(ctx, taintAgain)
		err := x.Recording.Await(limited, func(h *history.History) bool { return h.First(deleted) != nil })
		cancel()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !time.Now().Before(deadline):
			return fmt.Errorf("%w within %s", errNotDeleted, Patience)
		}
	}
}

// spareOthers returns an error that names a pod on the node which is not the
// scenario's and would be evicted too.
func (x *Execution) spareOthers(ctx context.Context, node string) error {
	pods, err := x.Client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + node})
	if err != nil {
		return fmt.Errorf("list the pods of node %s: %w", node, err)
	}
	for _, p := range pods.Items {
		ours := p.Namespace == x.Namespace && p.Labels[recorder.ScenarioLabel] == x.label
		if !ours && p.Spec.NodeName == node && !tolerates(p.Spec.Tolerations, ourTaint, tolerant) {
			return fmt.Errorf("node %s is not tainted: pod %s/%s would be evicted too", node, p.Namespace, p.Name)
		}
	}
	return nil
}

// tolerates tells whether a taint is tolerated for at least so long.
func tolerates(list []corev1.Toleration, taint corev1.Taint, least time.Duration) bool {
	return slices.ContainsFunc(list, func(t corev1.Toleration) bool {
		return (t.Key == taint.Key || t.Key == "" && t.Operator == corev1.TolerationOpExists) &&
			(t.Effect == "" || t.Effect == taint.Effect) &&
			(t.Operator == corev1.TolerationOpExists || t.Value == taint.Value) &&
			(t.TolerationSeconds == nil || time.Duration(*t.TolerationSeconds)*time.Second >= least)
	})
}

// setTaint puts our taint on the node, or removes it. The version of the node
// stands in the request: what others change meanwhile is not undone.
func (x *Execution) setTaint(ctx context.Context, name string, on bool) error {
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error { return x.trySetTaint(ctx, name, on) })
	if err != nil {
		return fmt.Errorf("change the taints of node %s: %w", name, err)
	}
	return nil
}

func (x *Execution) trySetTaint(ctx context.Context, name string, on bool) error {
	node, err := x.Client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	taints := slices.DeleteFunc(slices.Clone(node.Spec.Taints), func(t corev1.Taint) bool { return t == ourTaint })
	if on && !slices.ContainsFunc(taints, func(t corev1.Taint) bool { return t.MatchTaint(&ourTaint) }) {
		taints = append(taints, ourTaint)
	}
	if len(taints) == len(node.Spec.Taints) {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"resourceVersion": node.ResourceVersion}, "spec": map[string]any{"taints": taints}})
	if err != nil {
		return err
	}
	_, err = x.Client.CoreV1().Nodes().Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}
