package cluster

import (
	"context"
	"fmt"
	"time"

	nodev1 "k8s.io/api/node/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

const (
	// readyTimeout bounds the wait for a new cluster's nodes after kubeadm is
	// done. It takes some 5 s on an idle machine of 2 cores; a published image
	// installs its network and storage pods in that time, and one core may be
	// busy with something else.
	readyTimeout = 3 * time.Minute
	// readyPoll is how often a new cluster is asked whether it is ready.
	readyPoll = 250 * time.Millisecond
)

// finish makes a cluster that kind has just created ready for use, and sees
// that it is the one asked for.
func (k *Kind) finish(ctx context.Context, s state, record *Record, image nodeImage) error {
	config, err := restConfig(s.kubeconfigPath(k.name))
	if err != nil {
		return fmt.Errorf("read the kubeconfig that kind wrote: %w", err)
	}
	k.keepJournals(ctx)
	if err := waitReady(ctx, config, k.nodes); err != nil {
		return err
	}
	if image.Own {
		if err := createRuntimeClasses(ctx, config); err != nil {
			return err
		}
		if !image.NoDNS {
			if err := k.awaitDNS(ctx, config); err != nil {
				return err
			}
		}
	}
	health := probe(ctx, config)
	want := Want{Kubernetes: k.kubernetes, Nodes: k.nodes}
	if wrong := unhealthy(want, health); len(wrong) > 0 {
		return fmt.Errorf("the new cluster is not as wanted: %s", Decision{Reasons: wrong}.Why())
	}
	for _, version := range health.Kubelets {
		record.Kubernetes = version
	}
	k.rest = config
	return nil
}

// waitReady waits until the cluster has n nodes, all Ready, and the default
// service account, without which pods are rejected.
func waitReady(ctx context.Context, config *rest.Config, n int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTimeout, fmt.Errorf("not ready within %v", readyTimeout))
	defer cancel()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("wait for the cluster: %w", err)
	}
	for {
		missing := missingForPods(ctx, client, n)
		if missing == "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the cluster: %w: %s", context.Cause(ctx), missing)
		case <-time.After(readyPoll):
		}
	}
}

// missingForPods says what keeps the cluster from running pods, or "".
func missingForPods(ctx context.Context, client kubernetes.Interface, n int) string {
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return explain(err, readyTimeout)
	}
	if len(nodes.Items) < n {
		return fmt.Sprintf("%s of %d joined", nodeCount(len(nodes.Items)), n)
	}
	for _, node := range nodes.Items {
		if why := notReady(&node); why != "" {
			return fmt.Sprintf("node %s is not Ready: %s", node.Name, why)
		}
	}
	if _, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{}); err != nil {
		return fmt.Sprintf("the default service account: %s", explain(err, readyTimeout))
	}
	return ""
}

// runtimeHandlers are the OCI runtimes of our own node image, as its containerd
// configuration names them.
var runtimeHandlers = []string{"runc", "crun"}

// createRuntimeClasses makes each OCI runtime of the node image choosable by a
// pod's runtimeClassName.
func createRuntimeClasses(ctx context.Context, config *rest.Config) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("create runtime classes: %w", err)
	}
	for _, handler := range runtimeHandlers {
		class := &nodev1.RuntimeClass{ObjectMeta: metav1.ObjectMeta{Name: handler}, Handler: handler}
		_, err := client.NodeV1().RuntimeClasses().Create(ctx, class, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("create runtime class %s: %w", handler, err)
		}
	}
	return nil
}
