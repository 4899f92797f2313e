package peer

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// runLabel is on every namespace that the suite makes.
const runLabel = "e2e-run"

// goneWithin is how long removed namespaces may take to go.
const goneWithin = 2 * time.Minute

// Tidy removes what runs of the suite left in a cluster, in namespaces whose name begins with the prefix, and waits
// until it is gone. The suite deletes its namespaces without waiting, and a spec that is cut off leaves a finalizer on
// its pod, which would keep them for ever.
func Tidy(ctx context.Context, client kubernetes.Interface, prefix string) error {
	ctx, cancel := context.WithTimeout(ctx, goneWithin)
	defer cancel()
	for {
		left, err := removeNamespaces(ctx, client, prefix)
		if err != nil || len(left) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("namespaces of earlier runs stay: %s: %w", strings.Join(left, ", "), ctx.Err())
		case <-time.After(time.Second):
		}
	}
}

// removeNamespaces asks for the removal of those namespaces and of the pods in them, and returns which are still there.
func removeNamespaces(ctx context.Context, client kubernetes.Interface, prefix string) (left []string, err error) {
	namespaces, err := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{LabelSelector: runLabel})
	if err != nil {
		return nil, fmt.Errorf("list the suite's namespaces: %w", err)
	}
	for _, ns := range namespaces.Items {
		if !strings.HasPrefix(ns.Name, prefix) {
			continue
		}
		left = append(left, ns.Name)
		if ns.DeletionTimestamp == nil {
			if err := client.CoreV1().Namespaces().Delete(ctx, ns.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
				return nil, fmt.Errorf("delete namespace %s: %w", ns.Name, err)
			}
		}
		pods, err := client.CoreV1().Pods(ns.Name).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, fmt.Errorf("list the pods of namespace %s: %w", ns.Name, err)
		}
		for _, pod := range pods.Items {
			if err := removePod(ctx, client, pod); err != nil && !apierrors.IsNotFound(err) {
				return nil, fmt.Errorf("remove pod %s/%s: %w", ns.Name, pod.Name, err)
			}
		}
	}
	return left, nil
}

func removePod(ctx context.Context, client kubernetes.Interface, pod corev1.Pod) error {
	if len(pod.Finalizers) > 0 {
		none := []byte(`{"metadata":{"finalizers":null}}`)
		if _, err := client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType, none, metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	now := int64(0)
	return client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
}
