package scenario

import (
	"context"
	"fmt"
	"time"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// EvictPods evicts the named pods, all where none is named, through the eviction
// API.
func EvictPods(pods []string, options ...DeleteOption) Step {
	o := deleteOptions(options)
	return needing(Step{Text: text("evict", pods), Kubectl: kubectlEvict(pods, o), Do: func(ctx context.Context, x *Execution) error {
		for _, name := range x.pods(pods) {
			end := x.Recording.Step("evict", name, describeDelete(o))
			err := x.Client.CoreV1().Pods(x.Namespace).EvictV1(ctx, &policyv1.Eviction{
				ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: x.Namespace}, DeleteOptions: &o})
			end(err)
			if err != nil {
				return fmt.Errorf("evict pod %s: %w", name, err)
			}
		}
		return nil
	}}, requirement.NeedEviction)
}

// budgetPoll is how often a budget is read until it counts: its controller
// needs some tenths of a second.
const budgetPoll = 500 * time.Millisecond

// AwaitBudget waits until the controller has counted the healthy pods of a
// PodDisruptionBudget. Before that, the API server refuses an eviction for this
// reason alone (EvictionREST.checkAndDecrement).
func AwaitBudget(name string, healthy int32) Step {
	return needing(Step{Text: "await budget " + name, Do: func(ctx context.Context, x *Execution) error {
		err := wait.PollUntilContextTimeout(ctx, budgetPoll, Patience, true, func(ctx context.Context) (bool, error) {
			b, err := x.Client.PolicyV1().PodDisruptionBudgets(x.Namespace).Get(ctx, name, metav1.GetOptions{})
			return err == nil && b.Status.ObservedGeneration >= b.Generation && b.Status.CurrentHealthy >= healthy, err
		})
		if err != nil {
			return fmt.Errorf("wait until budget %s counts %d healthy pods: %w", name, healthy, err)
		}
		return nil
	}}, requirement.NeedBudgets)
}
