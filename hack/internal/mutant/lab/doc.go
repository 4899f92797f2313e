// Package lab is the laboratory for mutants: a kind cluster of its own whose components have all mutants in them, each
// behind a switch.
//
// [Open] makes the cluster, or takes the one that is there, and puts in place of the stock components those that it is
// given, each only where another one is installed:
//
//	kubelet, containerd         the program on the node; the service is restarted
//	containerd's shim           the program on the node; pods that run keep theirs
//	control plane               the manifest of the static pod names a program on the node
//	kube-proxy                  so does its DaemonSet
//	runtime                     a handler of containerd and a RuntimeClass for each wrapper of runc
//	cri                         a proxy between kubelet and containerd (package cri), always
//
// Programs lie in the node's directory /opt/hookcheck, where pods see them through a volume, and beside them the file
// of the switch, which every component reads several times a second: so [Lab.Switch] needs no restart of anything.
// What was there before is kept on the node, and [Stock] puts it back.
//
// A laboratory is of use to one process at a time: who opens it second is told so.
package lab
