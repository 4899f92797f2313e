package cluster

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// probeTimeout bounds one look at a cluster's health. A healthy one answers in
// well below a second; one that needs longer than this on an idle machine would
// miss the deadlines of a run.
const probeTimeout = 5 * time.Second

// Health is what a running cluster of ours said of itself.
type Health struct {
	// Problems are clauses such as `node x is not Ready`; none means healthy.
	Problems []string
	// Kubelets maps each node's name to its kubelet's version.
	Kubelets map[string]string
}

// probe looks at the cluster behind config, for at most probeTimeout: the API
// server's /readyz, every node's Ready condition, and every kubelet's own
// /healthz, since a node stays Ready in the API for 40 s after its kubelet died
// (node-monitor-grace-period of kube-controller-manager).
func probe(ctx context.Context, config *rest.Config) Health {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return Health{Problems: []string{fmt.Sprintf("its kubeconfig cannot be used: %v", err)}}
	}
	if _, err := client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx); err != nil {
		return Health{Problems: []string{fmt.Sprintf("the API server is not ready: %s", explain(err, probeTimeout))}}
	}
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return Health{Problems: []string{fmt.Sprintf("the API server does not list nodes: %s", explain(err, probeTimeout))}}
	}
	health := Health{Kubelets: map[string]string{}}
	problems := make([]string, len(nodes.Items))
	var wg sync.WaitGroup
	for i, node := range nodes.Items {
		health.Kubelets[node.Name] = node.Status.NodeInfo.KubeletVersion
		if why := notReady(&node); why != "" {
			problems[i] = fmt.Sprintf("node %s is not Ready: %s", node.Name, why)
			continue
		}
		wg.Go(func() {
			if err := askKubelet(ctx, client, node.Name); err != nil {
				problems[i] = fmt.Sprintf("the kubelet of node %s does not answer: %s", node.Name, explain(err, probeTimeout))
			}
		})
	}
	wg.Wait()
	health.Problems = slices.DeleteFunc(problems, func(p string) bool { return p == "" })
	return health
}

// askKubelet gets the kubelet's /healthz through the API server.
func askKubelet(ctx context.Context, client kubernetes.Interface, node string) error {
	_, err := client.CoreV1().RESTClient().Get().
		Resource("nodes").Name(node).SubResource("proxy").Suffix("healthz").DoRaw(ctx)
	return err
}

// notReady says why a node is not Ready, or "".
func notReady(node *corev1.Node) string {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady {
			if c.Status == corev1.ConditionTrue {
				return ""
			}
			return fmt.Sprintf("%s %s", c.Reason, c.Message)
		}
	}
	return "it has no such condition yet"
}
