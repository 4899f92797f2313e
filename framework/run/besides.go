package run

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/scenario"
)

// Besides its namespace a run may make what is in none: further namespaces and
// PriorityClasses. Who may not list them has not made any.

// removeBesides removes what the run made outside of its namespace. Each
// scenario does it for itself; this is for what was left, and waits until
// namespaces are gone. What a run of the same name made whose home is another
// namespace stays.
func (s *space) removeBesides(ctx context.Context, client kubernetes.Interface) error {
	ours := metav1.ListOptions{LabelSelector: scenario.ManagedByLabel + "=" + scenario.ManagedBy + "," + scenario.RunLabel + "=" + s.run}
	_, err := removeClasses(ctx, client, ours, func(home, _ string, _ *corev1.Namespace) bool { return home == s.name })
	errs := []error{err}
	spaces, err := client.CoreV1().Namespaces().List(ctx, ours)
	switch {
	case apierrors.IsForbidden(err):
	case err != nil:
		errs = append(errs, fmt.Errorf("list the namespaces of run %s: %w", s.run, err))
	default:
		for _, ns := range spaces.Items {
			if ns.Annotations[scenario.HomeAnnotation] == s.name {
				errs = append(errs, removeRun(ctx, client, ns.Name, s.run, true))
			}
		}
	}
	return errors.Join(errs...)
}

// removeClasses removes the PriorityClasses of runs that are dead, and returns
// what it removed. dead is asked with the namespace in which the run gives its
// signs of life.
func removeClasses(ctx context.Context, client kubernetes.Interface, ours metav1.ListOptions, dead func(home, run string, own *corev1.Namespace) bool) (removed []string, err error) {
	classes, err := client.SchedulingV1().PriorityClasses().List(ctx, ours)
	switch {
	case apierrors.IsForbidden(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("list the priority classes of hookcheck: %w", err)
	}
	var errs []error
	for _, c := range classes.Items {
		run := c.Labels[scenario.RunLabel]
		if !dead(c.Annotations[scenario.HomeAnnotation], run, nil) {
			continue
		}
		err := client.SchedulingV1().PriorityClasses().Delete(ctx, c.Name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			errs = append(errs, fmt.Errorf("delete priority class %s: %w", c.Name, err))
			continue
		}
		removed = append(removed, fmt.Sprintf("priority class %s of run %s", c.Name, run))
	}
	return removed, errors.Join(errs...)
}
