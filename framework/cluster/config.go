package cluster

import (
	"fmt"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"
)

// configSpec is what a kind configuration follows from.
type configSpec struct {
	Name  string
	Image nodeImage
	// Nodes is the number of nodes, ≥ 1. The first is the control plane; where
	// it is the only one, kind lets pods run on it.
	Nodes int
	// FeatureGates are set in every component.
	FeatureGates map[string]bool
	// CgroupV1 is true where the engine's host has cgroup v1.
	CgroupV1 bool
}

// kindConfig writes the kind configuration for spec.
//
// A published image runs with kind's defaults. An image of our own
//
//   - has a CNI configuration of its own (kindnet would have to be pulled), so
//     kind installs none;
//   - may be from before it had CoreDNS, and then kubeadm does not install it.
//     The merge patch replaces kind's own list, so preflight, which kind skips
//     because it pulls images, is named again. kube-proxy stays: endpoints are
//     judged through Services.
//
// On cgroup v1 a kubelet from 1.35 on does not start unless it is told so
// (KEP-5573; field failCgroupV1, known since 1.31). An older kubelet and kubeadm
// warn of a field that they do not know and go on.
func kindConfig(spec configSpec) *v1alpha4.Cluster {
	config := &v1alpha4.Cluster{
		TypeMeta:     v1alpha4.TypeMeta{Kind: "Cluster", APIVersion: "kind.x-k8s.io/v1alpha4"},
		Name:         spec.Name,
		FeatureGates: spec.FeatureGates,
	}
	for i := range spec.Nodes {
		node := v1alpha4.Node{Role: v1alpha4.WorkerRole, Image: spec.Image.Ref}
		if i == 0 {
			node.Role = v1alpha4.ControlPlaneRole
		}
		config.Nodes = append(config.Nodes, node)
	}
	if spec.Image.Own {
		config.Networking.DisableDefaultCNI = true
	}
	if spec.Image.NoDNS {
		config.KubeadmConfigPatches = append(config.KubeadmConfigPatches,
			"kind: InitConfiguration\nskipPhases:\n- preflight\n- addon/coredns\n")
	}
	if spec.CgroupV1 {
		config.KubeadmConfigPatches = append(config.KubeadmConfigPatches,
			"kind: KubeletConfiguration\nfailCgroupV1: false\n")
	}
	return config
}

// marshalConfig gives the YAML that kind reads.
func marshalConfig(config *v1alpha4.Cluster) ([]byte, error) {
	data, err := yaml.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("write the kind configuration of cluster %q: %w", config.Name, err)
	}
	return data, nil
}
