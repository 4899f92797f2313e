package cluster

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// podSubnet is the range of pod addresses in a kind cluster
// (sigs.k8s.io/kind/pkg/internal/apis/config, func SetDefaultsCluster).
const podSubnet = "10.244.0.0/16"

// peer is a node with what the others must know to reach its pods.
type peer struct {
	node    nodes.Node
	podCIDR string // its part of podSubnet
	address string // its address in the engine's network
}

// connectNodes lets pods of our own node image reach each other across nodes,
// which kindnet does in a published image: each node gets a CNI configuration
// with its own range, and routes to the ranges of the others. The image's
// configuration is for a node alone and stays as it is where there is only one.
//
// The routes are in the kernel, so a restarted node has lost them; Decide then
// wants the cluster recreated.
func (k *Kind) connectNodes(ctx context.Context, config *rest.Config) error {
	if k.nodes == 1 {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, readyTimeout, fmt.Errorf("not done within %v", readyTimeout))
	defer cancel()
	cidrs, err := podCIDRs(ctx, config, k.nodes)
	if err != nil {
		return fmt.Errorf("connect the nodes: %w", err)
	}
	all, err := k.provider().ListInternalNodes(k.name)
	if err != nil {
		return fmt.Errorf("connect the nodes: %w", err)
	}
	var peers []peer
	for _, node := range all {
		address, _, err := node.IP()
		if err != nil {
			return fmt.Errorf("connect the nodes: address of node %s: %w", node, err)
		}
		peers = append(peers, peer{node, cidrs[node.String()], address})
	}
	for i := range peers {
		script, conflist := networkOf(peers, i)
		cmd := peers[i].node.CommandContext(ctx, "sh", "-c", script)
		cmd.SetStdin(strings.NewReader(conflist))
		if lines, err := kindexec.CombinedOutputLines(cmd); err != nil {
			return fmt.Errorf("connect node %s to the others: %w%s", peers[i].node, err, lastLine(strings.Join(lines, "\n")))
		}
	}
	return nil
}

// podCIDRs waits until each of n nodes has a range of pod addresses.
func podCIDRs(ctx context.Context, config *rest.Config, n int) (map[string]string, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	for {
		cidrs := map[string]string{}
		list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err == nil {
			for _, node := range list.Items {
				if node.Spec.PodCIDR != "" {
					cidrs[node.Name] = node.Spec.PodCIDR
				}
			}
			if len(cidrs) == n {
				return cidrs, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for pod ranges: %w: %s of %d has one (%v)", context.Cause(ctx), nodeCount(len(cidrs)), n, err)
		case <-time.After(readyPoll):
		}
	}
}

// networkOf returns the script to run on peer i and the CNI configuration that
// it reads on its standard input. Between pods addresses are not translated
// (as the Kubernetes network model demands); beyond them they are, because the
// engine translates only those of its own network.
func networkOf(peers []peer, i int) (script, conflist string) {
	const dir = "/etc/cni/net.d/"
	lines := []string{
		"set -e",
		"cat >" + dir + "10-hookcheck.conflist.new",
		"mv " + dir + "10-hookcheck.conflist.new " + dir + "10-hookcheck.conflist",
		"find " + dir + " -type f ! -name 10-hookcheck.conflist -delete",
		"iptables -w -t nat -A POSTROUTING -s " + podSubnet + " ! -d " + podSubnet + " -j MASQUERADE",
	}
	for j, p := range peers {
		if j != i {
			lines = append(lines, "ip route replace "+p.podCIDR+" via "+p.address)
		}
	}
	conflist = fmt.Sprintf(`{"cniVersion": "1.0.0", "name": "hookcheck", "plugins": [
  {"type": "ptp", "ipam": {"type": "host-local", "dataDir": "/run/cni-ipam-state",
    "ranges": [[{"subnet": %q}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}
]}
`, peers[i].podCIDR)
	return strings.Join(lines, "\n") + "\n", conflist
}
