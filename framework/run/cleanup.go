package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/scenario"
)

// Cleanup removes what dead runs left: their namespaces with everything in
// them, and in the given namespace (if any) the objects that carry our label.
// With all it removes living runs too. It returns what it removed.
func Cleanup(ctx context.Context, client kubernetes.Interface, namespace string, all bool) ([]string, error) {
	ours := metav1.ListOptions{LabelSelector: scenario.ManagedByLabel + "=" + scenario.ManagedBy}
	var removed []string
	var errs []error
	dead := func(home, run string, own *corev1.Namespace) bool {
		alive, err := lives(ctx, client, home, run, own)
		errs = append(errs, err)
		return err == nil && (!alive || all)
	}
	remove := func(space, run string, ns *corev1.Namespace) {
		ctx, cancel := context.WithTimeout(ctx, cleanWithin) // one that does not go must not hold up the rest
		defer cancel()
		home, own := space, ns
		if ns != nil && ns.Annotations[scenario.HomeAnnotation] != "" { // a scenario's: its run lives elsewhere
			home, own = ns.Annotations[scenario.HomeAnnotation], nil
		}
		if !dead(home, run, own) {
			return
		}
		if err := removeRun(ctx, client, space, run, ns != nil); err != nil {
			errs = append(errs, err)
		} else {
			removed = append(removed, fmt.Sprintf("run %s in namespace %s", run, space))
		}
	}
	// Before the namespaces: with them go the signs of life.
	classes, err := removeClasses(ctx, client, ours, dead)
	removed, errs = append(removed, classes...), append(errs, err)
	spaces, err := client.CoreV1().Namespaces().List(ctx, ours)
	switch {
	case apierrors.IsForbidden(err): // confined to a namespace: there are none of ours
	case err != nil:
		return nil, fmt.Errorf("list the namespaces of hookcheck: %w", err)
	default:
		for _, ns := range spaces.Items {
			remove(ns.Name, ns.Labels[scenario.RunLabel], &ns)
		}
	}
	if namespace != "" {
		runs, err := runsIn(ctx, client, namespace)
		if err != nil {
			return removed, errors.Join(append(errs, err)...)
		}
		for run := range runs {
			remove(namespace, run, nil)
		}
	}
	return removed, errors.Join(errs...)
}

// runsIn finds the runs of which something is in a namespace that is not ours.
func runsIn(ctx context.Context, client kubernetes.Interface, namespace string) (map[string]bool, error) {
	runs := map[string]bool{}
	ours := metav1.ListOptions{LabelSelector: scenario.ManagedByLabel + "=" + scenario.ManagedBy}
	leases, err := client.CoordinationV1().Leases(namespace).List(ctx, ours)
	if err != nil {
		return nil, fmt.Errorf("list leases in namespace %s: %w", namespace, err)
	}
	for _, l := range leases.Items {
		runs[l.Labels[scenario.RunLabel]] = true
	}
	pods, err := client.CoreV1().Pods(namespace).List(ctx, ours)
	if err != nil {
		return nil, fmt.Errorf("list pods in namespace %s: %w", namespace, err)
	}
	for _, p := range pods.Items {
		runs[p.Labels[scenario.RunLabel]] = true
	}
	return runs, nil
}

// lives tells whether a run gives signs of life: its lease is fresh and its
// process is not known to be gone. Without a lease it is dead, unless its own
// namespace is so young that it may be about to create the lease.
func lives(ctx context.Context, client kubernetes.Interface, namespace, run string, own *corev1.Namespace) (bool, error) {
	lease, err := client.CoordinationV1().Leases(namespace).Get(ctx, (&space{run: run}).lease(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return own != nil && !knownDead(own.Annotations[processAnnotation]) && time.Since(own.CreationTimestamp.Time) < leaseDuration, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the lease of run %s: %w", run, err)
	}
	return alive(lease, time.Now()), nil
}

func alive(lease *coordinationv1.Lease, now time.Time) bool {
	if knownDead(lease.Annotations[processAnnotation]) || lease.Spec.RenewTime == nil {
		return false
	}
	return now.Before(lease.Spec.RenewTime.Add(leaseDuration))
}

// removeRun removes a run's objects: first our finalizers, without which its
// pods and then its namespace would stay, then the objects. It waits until they
// are gone. Where the namespace is our own it goes with everything in it.
func removeRun(ctx context.Context, client kubernetes.Interface, namespace, run string, own bool) error {
	selector := metav1.ListOptions{LabelSelector: scenario.ManagedByLabel + "=" + scenario.ManagedBy + "," + scenario.RunLabel + "=" + run}
	if err := discardPods(ctx, client, namespace, selector); err != nil {
		return err
	}
	if own {
		err := client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("delete namespace %s: %w", namespace, err)
		}
		// The namespace controller waits 5 s before it begins, and then has the Events
		// deleted one by one, some thousand of a whole run. Without the right to do
		// that meanwhile it only takes longer.
		_ = client.CoreV1().Events(namespace).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
	} else if err := deleteLabelled(ctx, client, namespace, selector); err != nil {
		return err
	}
	err := wait.PollUntilContextCancel(ctx, 250*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		if own {
			_, err := client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				return true, nil
			}
		}
		// A pod that was being created when we listed may have come since.
		if err := discardPods(ctx, client, namespace, selector); err != nil {
			return false, err
		}
		if own {
			return false, nil
		}
		pods, err := client.CoreV1().Pods(namespace).List(ctx, selector)
		return err == nil && len(pods.Items) == 0, nil
	})
	if err != nil {
		return fmt.Errorf("what run %s left in namespace %s is not gone yet: %w", run, namespace, err)
	}
	return nil
}

func discardPods(ctx context.Context, client kubernetes.Interface, namespace string, selector metav1.ListOptions) error {
	pods, err := client.CoreV1().Pods(namespace).List(ctx, selector)
	if err != nil {
		return fmt.Errorf("list pods in namespace %s: %w", namespace, err)
	}
	var errs []error
	for i := range pods.Items {
		errs = append(errs, scenario.DiscardPod(ctx, client, &pods.Items[i]))
	}
	return errors.Join(errs...)
}

// deleteLabelled deletes what a run may have made besides pods, in a namespace
// that stays.
func deleteLabelled(ctx context.Context, client kubernetes.Interface, namespace string, selector metav1.ListOptions) error {
	services, err := client.CoreV1().Services(namespace).List(ctx, selector) // has no deletecollection for all
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("list services in namespace %s: %w", namespace, err)
	}
	var errs []error
	if services != nil {
		for _, s := range services.Items {
			errs = append(errs, client.CoreV1().Services(namespace).Delete(ctx, s.Name, metav1.DeleteOptions{}))
		}
	}
	configMaps, err := client.CoreV1().ConfigMaps(namespace).List(ctx, selector)
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("list config maps in namespace %s: %w", namespace, err)
	}
	if configMaps != nil {
		for _, m := range configMaps.Items {
			errs = append(errs, client.CoreV1().ConfigMaps(namespace).Delete(ctx, m.Name, metav1.DeleteOptions{}))
		}
	}
	deployments, err := client.AppsV1().Deployments(namespace).List(ctx, selector)
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("list deployments in namespace %s: %w", namespace, err)
	}
	if deployments != nil {
		for _, d := range deployments.Items {
			errs = append(errs, client.AppsV1().Deployments(namespace).Delete(ctx, d.Name, metav1.DeleteOptions{}))
		}
	}
	leases, err := client.CoordinationV1().Leases(namespace).List(ctx, selector)
	if err != nil {
		return fmt.Errorf("list leases in namespace %s: %w", namespace, err)
	}
	for _, l := range leases.Items {
		errs = append(errs, client.CoordinationV1().Leases(namespace).Delete(ctx, l.Name, metav1.DeleteOptions{}))
	}
	for i, err := range errs {
		if apierrors.IsNotFound(err) {
			errs[i] = nil
		}
	}
	return errors.Join(errs...)
}
