package policy

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
)

const (
	// appliedWithin bounds how long the API server may take to know the policy, which it has from a watch of its own.
	appliedWithin = 30 * time.Second
	// removedWithin bounds the removal of what could not be applied.
	removedWithin = 10 * time.Second
)

// Apply creates the policy and waits until the API server changes pods by it. Where that fails nothing is left.
func (p *Policy) Apply(ctx context.Context, client kubernetes.Interface) (err error) {
	defer func() {
		if err != nil {
			removing, cancel := context.WithTimeout(context.WithoutCancel(ctx), removedWithin)
			defer cancel()
			err = errors.Join(err, p.Remove(removing, client))
		}
	}()
	api := client.AdmissionregistrationV1()
	_, err = api.MutatingAdmissionPolicies().Create(ctx, p.policy, metav1.CreateOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Errorf("create MutatingAdmissionPolicy %s: %w: the API is on from Kubernetes 1.36 on", p.policy.Name, err)
	case err != nil:
		return fmt.Errorf("create MutatingAdmissionPolicy %s: %w", p.policy.Name, err)
	}
	if _, err := api.MutatingAdmissionPolicyBindings().Create(ctx, p.binding, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("create MutatingAdmissionPolicyBinding %s: %w", p.binding.Name, err)
	}
	return p.await(ctx, client)
}

// await asks for pods that are not made, until one comes back marked.
func (p *Policy) await(ctx context.Context, client kubernetes.Interface) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, appliedWithin, true, func(ctx context.Context) (bool, error) {
		pod, err := client.CoreV1().Pods(askedIn).Create(ctx, p.question(), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		last = err
		return err == nil && pod.Annotations[appliedAnnotation] != "", nil
	})
	if err == nil {
		return nil
	}
	if last != nil {
		return fmt.Errorf("policy %s is not applied: %w", p.policy.Name, last)
	}
	return fmt.Errorf("policy %s is not applied after %s: a pod that is asked about comes back unchanged: %w", p.policy.Name, appliedWithin, err)
}

// Remove removes the policy. What is not there is no error.
func (p *Policy) Remove(ctx context.Context, client kubernetes.Interface) error {
	api := client.AdmissionregistrationV1()
	return removed(p.policy.Name,
		api.MutatingAdmissionPolicyBindings().Delete(ctx, p.binding.Name, metav1.DeleteOptions{}),
		api.MutatingAdmissionPolicies().Delete(ctx, p.policy.Name, metav1.DeleteOptions{}))
}

// RemoveAll removes the policies of all mutants: what a run left that was killed.
func RemoveAll(ctx context.Context, client kubernetes.Interface) error {
	api, ours := client.AdmissionregistrationV1(), metav1.ListOptions{LabelSelector: MutantLabel}
	return removed("of all mutants",
		api.MutatingAdmissionPolicyBindings().DeleteCollection(ctx, metav1.DeleteOptions{}, ours),
		api.MutatingAdmissionPolicies().DeleteCollection(ctx, metav1.DeleteOptions{}, ours))
}

func removed(which string, errs ...error) error {
	for _, err := range errs {
		if err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("remove policy %s: %w", which, errors.Join(errs...))
		}
	}
	return nil
}
