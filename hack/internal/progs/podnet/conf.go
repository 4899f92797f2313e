package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

// conflist is the CNI configuration of a node with that range of pod addresses. Addresses leave the cluster masked
// by a rule of this program, not by the plugin, which would mask them toward other nodes too.
func conflist(pods string) string {
	return fmt.Sprintf(`{
  "cniVersion": "0.4.0",
  "name": "hookcheck",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": false,
      "ipam": {
        "type": "host-local",
        "dataDir": "/run/cni-ipam-state",
        "routes": [{"dst": "0.0.0.0/0"}],
        "ranges": [[{"subnet": %q}]]
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`, pods)
}

var podSubnetLine = regexp.MustCompile(`(?m)^\s*podSubnet:\s*"?([^"\s]+)"?`)

// podSubnet reads the range of all pods from the configuration that kind gave to kubeadm. Of two families it takes
// IPv4.
func podSubnet(kubeadm string) (string, error) {
	match := podSubnetLine.FindStringSubmatch(kubeadm)
	if match == nil {
		return "", errors.New("no podSubnet in the configuration of kubeadm")
	}
	return ipv4Of(strings.Split(match[1], ","))
}

func ipv4Of(ranges []string) (string, error) {
	for _, r := range ranges {
		if ip, n, err := net.ParseCIDR(strings.TrimSpace(r)); err == nil && ip.To4() != nil {
			return n.String(), nil
		}
	}
	return "", fmt.Errorf("no IPv4 range of pods in %q", ranges)
}

// access is what a kubeconfig of the kubelet says: where the API server is, and how to speak to it.
type access struct {
	server   string
	ca       []byte
	cert     []byte
	key      []byte
	certFile string
}

// parseAccess reads the few fields from the kubeconfig that kubeadm writes: one cluster, one user, and the
// certificate either in it (the first control plane node, until kubeadm is done) or in a file.
func parseAccess(kubeconfig string) (access, error) {
	field := func(name string) string {
		match := regexp.MustCompile(`(?m)^\s*(?:- )?` + name + `:\s*(\S+)`).FindStringSubmatch(kubeconfig)
		if match == nil {
			return ""
		}
		return strings.Trim(match[1], `"'`)
	}
	a := access{server: field("server"), certFile: field("client-certificate")}
	for name, into := range map[string]*[]byte{
		"certificate-authority-data": &a.ca, "client-certificate-data": &a.cert, "client-key-data": &a.key,
	} {
		data, err := base64.StdEncoding.DecodeString(field(name))
		if err != nil {
			return access{}, fmt.Errorf("%s in the kubelet's configuration: %w", name, err)
		}
		*into = data
	}
	if a.server == "" || len(a.ca) == 0 || a.certFile == "" && len(a.cert) == 0 {
		return access{}, errors.New("the kubelet's configuration is not complete")
	}
	return a, nil
}

func (a access) client() (*http.Client, error) {
	if a.certFile != "" {
		both, err := os.ReadFile(a.certFile) // the kubelet keeps certificate and key in one file
		if err != nil {
			return nil, err
		}
		a.cert, a.key = both, both
	}
	pair, err := tls.X509KeyPair(a.cert, a.key)
	if err != nil {
		return nil, fmt.Errorf("the kubelet's certificate: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(a.ca) {
		return nil, errors.New("the kubelet's configuration has no certificate of the authority")
	}
	return &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}, DisableKeepAlives: true},
	}, nil
}

// nodePodCIDR asks the API server for the range of the node.
func nodePodCIDR(ctx context.Context, kubeconfig, name string) (string, error) {
	data, err := os.ReadFile(kubeconfig)
	if err != nil {
		return "", err
	}
	a, err := parseAccess(string(data))
	if err != nil {
		return "", err
	}
	client, err := a.client()
	if err != nil {
		return "", err
	}
	return fetchPodCIDR(ctx, client, a.server, name)
}

func fetchPodCIDR(ctx context.Context, client *http.Client, server, name string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/api/v1/nodes/"+name, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the API server answers %s for node %s", resp.Status, name)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return "", err
	}
	var node struct {
		Spec struct {
			PodCIDR  string   `json:"podCIDR"`
			PodCIDRs []string `json:"podCIDRs"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(body, &node); err != nil {
		return "", fmt.Errorf("read node %s: %w", name, err)
	}
	if node.Spec.PodCIDR == "" {
		return "", fmt.Errorf("node %s has no range of pod addresses yet", name)
	}
	return ipv4Of(append(node.Spec.PodCIDRs, node.Spec.PodCIDR))
}
