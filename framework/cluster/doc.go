// Package cluster answers where a run takes place: on a kind cluster that
// hookcheck keeps for itself, or on a cluster that somebody else made.
//
// Both are providers in the sense of e2e-framework
// (sigs.k8s.io/e2e-framework/pkg/types): [Kind] creates, reuses, recreates and
// deletes; [Existing] connects and does nothing else. Either way the result is
// a *rest.Config; [Connect] is the short way to one from a kubeconfig.
//
// # Whose cluster it is
//
// A cluster that hookcheck did not create is never changed and never deleted.
// That needs a proof of ownership, and the proof must be readable while the
// cluster is down, since a stopped cluster is the very case in which we want to
// delete it. So nothing inside Kubernetes serves (no namespace, no label on the
// node object), a name is no proof (anybody may call a kind cluster
// "hookcheck"), and kind offers no way to put a label of ours on the node
// containers. What remains is a record outside:
//
//	$XDG_STATE_HOME/hookcheck/clusters/<name>.json
//
// holds the engine's ids of the node containers that we saw appear while kind
// was creating them for us, under a lock, after having seen that no container
// carried the cluster's name. The engine draws an id anew for each container,
// so a container whose id is in the record is the one that we created, and a
// cluster is ours if and only if every one of its node containers is in the
// record. Containers are removed by these ids, never by a cluster's name.
//
// The record is written as soon as the containers exist, so a process killed
// half way through a creation leaves a cluster that is still known as ours.
// Between "docker run" and that moment lies about half a second; a cluster
// orphaned in it, like one whose record was lost, is refused with a sentence
// that says how to remove it by hand. Refusing one of ours costs the user one
// command; deleting one of theirs cannot be made good.
//
// # Reuse, recreate, refuse
//
// [Decide] is the whole policy, a pure function over what was wanted and what
// was seen, and has a table of tests. Ours, healthy, of the right version, image
// and number of nodes: reused, in less than a second and a half. Ours but
// stopped, broken, or different: the nodes' logs are exported first (to
// $XDG_STATE_HOME/hookcheck/logs), then the cluster is made anew. A kind cluster
// is not repaired; making one takes half a minute and is the same every time.
//
// Healthy means more than a node object that says Ready: for 40 s after a
// kubelet has died its node still says so. Each kubelet is asked itself, through
// the API server's proxy.
//
// # Where the kubeconfig goes
//
// Into $XDG_STATE_HOME/hookcheck/<name>.kubeconfig, a file of our own.
// ~/.kube/config and $KUBECONFIG are read, never written.
//
// # When not to use it
//
// The engine is Docker, through the docker command, as in kind's own provider
// for it; podman and nerdctl are not supported here. For them, or for any other
// cluster, create it by its own means and pass its kubeconfig.
package cluster
