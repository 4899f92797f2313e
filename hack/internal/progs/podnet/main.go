// Command podnet sets up the pod network of one node, once at each start of the node.
//
// It stands in for kindnetd, which is published as an image only. It waits until the cluster has given the node its
// range of pod addresses, which the node may read by the kubelet's credentials, and then
//
//   - writes the CNI configuration with that range, after which the kubelet calls the node ready;
//   - routes the range of the whole cluster to the network that the nodes share, and answers there for the pods of
//     this node (proxy ARP). So the nodes need not know of each other, and none has to watch the API;
//   - hides pod addresses behind the node's where packets leave the cluster.
//
// It knows IPv4 only.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	kubeletConfig = "/etc/kubernetes/kubelet.conf"
	kindConfig    = "/kind/kubeadm.conf"
	cniConfig     = "/etc/cni/net.d/10-hookcheck.conflist"
	device        = "eth0" // as every engine names it
)

func main() {
	log.SetFlags(0) // the journal has the time
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx); err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	pods, err := awaitPodCIDR(ctx)
	if err != nil {
		return err
	}
	kind, err := os.ReadFile(kindConfig)
	if err != nil {
		return fmt.Errorf("find the range of all pods: %w", err)
	}
	cluster, err := podSubnet(string(kind))
	if err != nil {
		return err
	}
	if err := route(ctx, cluster); err != nil {
		return err
	}
	if err := writeConfig(pods); err != nil {
		return err
	}
	log.Printf("pods of this node: %s, of the cluster: %s", pods, cluster)
	return nil
}

// awaitPodCIDR asks for this node until its range is known: the kubelet's credentials, the node object and the range
// come into being one after the other while the node joins.
func awaitPodCIDR(ctx context.Context) (string, error) {
	name, err := os.Hostname()
	if err != nil {
		return "", err
	}
	said := ""
	for {
		cidr, err := nodePodCIDR(ctx, kubeletConfig, name)
		if err == nil {
			return cidr, nil
		}
		if err.Error() != said {
			said = err.Error()
			log.Printf("waiting: %s", said)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// route makes pods of other nodes reachable from here, and those of this node from there.
func route(ctx context.Context, cluster string) error {
	if err := os.WriteFile("/proc/sys/net/ipv4/conf/"+device+"/proxy_arp", []byte("1\n"), 0o644); err != nil {
		return fmt.Errorf("answer for the pods of this node: %w", err)
	}
	address, err := deviceAddress()
	if err != nil {
		return err
	}
	if err := command(ctx, "ip", "route", "replace", cluster, "dev", device, "scope", "link", "src", address); err != nil {
		return err
	}
	rule := []string{"POSTROUTING", "-s", cluster, "!", "-d", cluster, "-m", "comment", "--comment", "hookcheck: pods leave the cluster", "-j", "MASQUERADE"}
	if command(ctx, "iptables", append([]string{"-w", "-t", "nat", "-C"}, rule...)...) == nil {
		return nil // a restart of the service
	}
	return command(ctx, "iptables", append([]string{"-w", "-t", "nat", "-A"}, rule...)...)
}

func deviceAddress() (string, error) {
	dev, err := net.InterfaceByName(device)
	if err != nil {
		return "", fmt.Errorf("find the node's address: %w", err)
	}
	addresses, err := dev.Addrs()
	if err != nil {
		return "", fmt.Errorf("find the node's address: %w", err)
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil {
			return n.IP.String(), nil
		}
	}
	return "", fmt.Errorf("%s has no IPv4 address", device)
}

// writeConfig writes the CNI configuration by a rename: the runtime watches the directory.
func writeConfig(pods string) error {
	if err := os.MkdirAll(filepath.Dir(cniConfig), 0o755); err != nil {
		return err
	}
	tmp := cniConfig + ".tmp"
	if err := os.WriteFile(tmp, []byte(conflist(pods)), 0o644); err != nil {
		return fmt.Errorf("write the CNI configuration: %w", err)
	}
	return os.Rename(tmp, cniConfig)
}

func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
