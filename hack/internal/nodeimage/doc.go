// Package nodeimage gets the image of a Kubernetes node for kind.
//
// # Where an image comes from
//
// In this order: the one that the user names; one built here before, hookcheck/node:VERSION; the one that kind
// publishes for that version, by digest (kindest.json), if its registry answers within 3 s; and one built on the
// spot. Most machines have a registry and never build. A machine without one, or a version that kind did not
// publish, needs a Go toolchain, root on Debian or Ubuntu, the Go module proxy and Debian's archive: nothing else.
//
// # How one is built
//
// Kubernetes, containerd, etcd, CoreDNS, gojq and the CNI plugins are compiled from their Go modules (package gobuild). What runs
// below them is Debian 12, with systemd, the network tools, runc and crun (package debimage). What makes it a node
// of kind is in kind's own module, images/base/files. kubeadm of the version is asked which images it will run;
// each becomes one static binary on an empty file system, under that name, kube-proxy with iptables and nftables
// beside it. containerd unpacks them once, in a container, and what it then has on disk is the last layer of the
// node's image, so that a node imports nothing when it starts. The layers, lowest first:
//
//	root file system   Debian packages                        one for all versions of Kubernetes
//	node               kind's files, containerd, CNI, crun    one for all versions of Kubernetes
//	kubernetes         kubelet, kubeadm, kubectl
//	images             the control plane, unpacked
//
// Everything but the last three is kept in the cache (package store), so a second version costs its compilation
// only. The image is in the engine; a run that finds it there does nothing.
//
// # What differs from kind's own image
//
//   - CoreDNS has only the plugins of kubeadm's configuration. Images of recipe 1 have none: where kind creates a
//     cluster from one, kubeadm must be told to skip the phase addon/coredns, and preflight with it, since the list
//     replaces kind's own.
//   - the network is set up by each node (progs/podnet) and not by kindnetd; it serves any number of nodes, IPv4 only.
//     kind's disableDefaultCNI may be true or false: the manifest it would create says only this.
//   - no local-path-provisioner: the default StorageClass is kubernetes.io/host-path of the controller manager.
//   - gojq for jq, in which kind's script for the product name is written: Debian 12's is slow to begin, and the
//     Debian 13 of kind's own image has a newer one.
//   - a second runtime handler, crun. No crictl, no rootless and no network storage tools.
//
// The image runs on cgroup v1 and v2. On v1, a kubelet from 1.35 on wants failCgroupV1: false in its configuration,
// which is the cluster's business.
package nodeimage
