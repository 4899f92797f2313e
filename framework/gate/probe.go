package gate

import (
	"context"
	"fmt"
	"maps"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// A Target is what Probe asks about.
type Target struct {
	// Namespace is the run's.
	Namespace string
	// Node and Kubelet are name and version of the node that the run uses.
	Node, Kubelet string
	// Pod is a pod without a volume that admission is asked about.
	Pod *corev1.Pod
	// Missing are needs that are known to be missing, with the reason: those
	// about commands on the node.
	Missing map[requirement.Need]string
}

type permission struct {
	attributes authorizationv1.ResourceAttributes
	cluster    bool // not within the run's namespace
}

// permissions are what the needs stand for that an access review can decide.
var permissions = map[requirement.Need][]permission{
	requirement.NeedExec:     {{attributes: authorizationv1.ResourceAttributes{Verb: "create", Resource: "pods", Subresource: "exec"}}},
	requirement.NeedEviction: {{attributes: authorizationv1.ResourceAttributes{Verb: "create", Resource: "pods", Subresource: "eviction"}}},
	requirement.NeedServices: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "create", Resource: "services"}},
		{attributes: authorizationv1.ResourceAttributes{Verb: "watch", Group: "discovery.k8s.io", Resource: "endpointslices"}},
	},
	requirement.NeedBudgets: {{attributes: authorizationv1.ResourceAttributes{Verb: "create", Group: "policy", Resource: "poddisruptionbudgets"}}},
	requirement.NeedJobs: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "create", Group: "batch", Resource: "jobs"}},
		{attributes: authorizationv1.ResourceAttributes{Verb: "patch", Group: "batch", Resource: "jobs"}},
	},
	requirement.NeedEphemeral: {{attributes: authorizationv1.ResourceAttributes{Verb: "update", Resource: "pods", Subresource: "ephemeralcontainers"}}},
	requirement.NeedEndpoints: {{attributes: authorizationv1.ResourceAttributes{Verb: "get", Resource: "endpoints"}}},
	requirement.NeedNamespaces: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "create", Resource: "namespaces"}, cluster: true},
		{attributes: authorizationv1.ResourceAttributes{Verb: "delete", Resource: "namespaces"}, cluster: true},
	},
	requirement.NeedPriorityClasses: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "create", Group: "scheduling.k8s.io", Resource: "priorityclasses"}, cluster: true},
		{attributes: authorizationv1.ResourceAttributes{Verb: "delete", Group: "scheduling.k8s.io", Resource: "priorityclasses"}, cluster: true},
	},
	requirement.NeedWorkloads: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "create", Group: "apps", Resource: "statefulsets"}},
		{attributes: authorizationv1.ResourceAttributes{Verb: "delete", Group: "apps", Resource: "statefulsets"}},
		{attributes: authorizationv1.ResourceAttributes{Verb: "create", Group: "apps", Resource: "replicasets"}},
		{attributes: authorizationv1.ResourceAttributes{Verb: "delete", Group: "apps", Resource: "replicasets"}},
	},
	requirement.NeedNetworkPolicies: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "create", Group: "networking.k8s.io", Resource: "networkpolicies"}},
		{attributes: authorizationv1.ResourceAttributes{Verb: "delete", Group: "networking.k8s.io", Resource: "networkpolicies"}},
	},
	requirement.NeedDeployments: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "create", Group: "apps", Resource: "deployments"}},
		{attributes: authorizationv1.ResourceAttributes{Verb: "patch", Group: "apps", Resource: "deployments"}},
		{attributes: authorizationv1.ResourceAttributes{Verb: "delete", Group: "apps", Resource: "deployments"}},
	},
	requirement.NeedResize: {{attributes: authorizationv1.ResourceAttributes{Verb: "patch", Resource: "pods", Subresource: "resize"}}},
	requirement.NeedTaints: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "get", Resource: "nodes"}, cluster: true},
		{attributes: authorizationv1.ResourceAttributes{Verb: "patch", Resource: "nodes"}, cluster: true},
		{attributes: authorizationv1.ResourceAttributes{Verb: "list", Resource: "pods"}, cluster: true},
	},
	requirement.NeedNodeStatus: {
		{attributes: authorizationv1.ResourceAttributes{Verb: "patch", Resource: "nodes", Subresource: "status"}, cluster: true}},
	requirement.NeedMetrics: {{attributes: authorizationv1.ResourceAttributes{Verb: "get", Resource: "nodes", Subresource: "proxy"}, cluster: true}},
}

// Probe asks the cluster for the facts.
func Probe(ctx context.Context, client kubernetes.Interface, t Target) (Facts, error) {
	server, err := client.Discovery().ServerVersion()
	if err != nil {
		return Facts{}, fmt.Errorf("ask the API server for its version: %w", err)
	}
	f := Facts{Server: server.GitVersion, Kubelet: t.Kubelet, Missing: map[requirement.Need]string{}, Gates: map[string]bool{}}
	for need, list := range permissions {
		for _, p := range list {
			if !p.cluster {
				p.attributes.Namespace = t.Namespace
			}
			why, err := forbidden(ctx, client, p.attributes)
			if err != nil {
				return Facts{}, err
			}
			if why != "" {
				f.Missing[need] = why
			}
		}
	}
	maps.Copy(f.Missing, t.Missing)
	if why, err := dnsMissing(ctx, client); err != nil {
		return Facts{}, err
	} else if why != "" {
		f.Missing[requirement.NeedDNS] = why
	}
	for _, ask := range admission {
		why, err := refused(ctx, client, t, ask)
		if err != nil {
			return Facts{}, err
		}
		if why != "" {
			f.Missing[ask.need] = why
		}
	}
	for gate, probe := range gates {
		on, err := probe.on(ctx, client, t, gate)
		if err != nil {
			return Facts{}, fmt.Errorf("probe feature gate %s: %w", gate, err)
		}
		f.Gates[gate] = on
	}
	return f, nil
}

// forbidden asks whether we may do something; it returns why not.
func forbidden(ctx context.Context, client kubernetes.Interface, a authorizationv1.ResourceAttributes) (string, error) {
	review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx,
		&authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &a}}, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("ask whether %s %s is allowed: %w", a.Verb, a.Resource, err)
	}
	if review.Status.Allowed {
		return "", nil
	}
	resource := a.Resource
	if a.Subresource != "" {
		resource += "/" + a.Subresource
	}
	where := "in the cluster"
	if a.Namespace != "" {
		where = "in namespace " + a.Namespace
	}
	return fmt.Sprintf("not allowed to %s %s %s", a.Verb, resource, where), nil
}

// dnsMissing looks for the Service of the cluster's DNS, which has the same
// name everywhere (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).
func dnsMissing(ctx context.Context, client kubernetes.Interface) (string, error) {
	slices, err := client.DiscoveryV1().EndpointSlices("kube-system").List(ctx, metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=kube-dns"})
	switch {
	case apierrors.IsForbidden(err):
		return "", nil // it is the rule to have one: let the check see
	case err != nil:
		return "", fmt.Errorf("look for the cluster's DNS: %w", err)
	}
	for _, s := range slices.Items {
		for _, e := range s.Endpoints {
			if e.Conditions.Ready == nil || *e.Conditions.Ready {
				return "", nil
			}
		}
	}
	return "Service kube-dns in kube-system has no ready endpoint", nil
}

// question is one that admission answers: does it let such a pod in?
type question struct {
	need   requirement.Need
	what   string
	change func(*corev1.Pod)
}

var admission = []question{
	{requirement.NeedHostPath, "a hostPath volume", func(p *corev1.Pod) {
		p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "host", VolumeSource: corev1.VolumeSource{
			HostPath: &corev1.HostPathVolumeSource{Path: "/tmp"}}})
	}},
	{requirement.NeedHostNetwork, "the node's network", func(p *corev1.Pod) { p.Spec.HostNetwork = true }},
	{requirement.NeedRoot, "a container that runs as root", func(p *corev1.Pod) {
		root, no := int64(0), false
		p.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: &root, RunAsNonRoot: &no}
	}},
}

// refused asks admission by a dry run; it returns why not.
func refused(ctx context.Context, client kubernetes.Interface, t Target, q question) (string, error) {
	_, err := dryRun(ctx, client, t, string(q.need), q.change)
	switch {
	case err == nil:
		return "", nil
	case apierrors.IsForbidden(err):
		return fmt.Sprintf("admission refuses a pod with %s: %v", q.what, err), nil
	default:
		return "", fmt.Errorf("ask admission about a pod with %s: %w", q.what, err)
	}
}

// dryRun asks for a pod that is not created. What it is about is part of its name,
// so that two questions never are about one pod.
func dryRun(ctx context.Context, client kubernetes.Interface, t Target, about string, change func(*corev1.Pod)) (*corev1.Pod, error) {
	pod := t.Pod.DeepCopy()
	pod.Name += "-" + strings.ToLower(about)
	change(pod)
	return client.CoreV1().Pods(t.Namespace).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
}

// gateProbe finds out whether a gate is on: the API server drops the field of a
// gate that is off, without an error, or does not know its value.
type gateProbe struct {
	change func(*corev1.Pod)
	kept   func(*corev1.Pod) bool
}

// The gates that requirements name. Of the kubelet's gates nobody can ask
// without rights on nodes; they are taken to be set like the API server's.
var gates = map[string]gateProbe{
	"ContainerStopSignals": {
		change: func(p *corev1.Pod) {
			signal := corev1.SIGUSR1
			p.Spec.OS = &corev1.PodOS{Name: corev1.Linux}
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{StopSignal: &signal}
		},
		kept: func(p *corev1.Pod) bool {
			l := p.Spec.Containers[0].Lifecycle
			return l != nil && l.StopSignal != nil
		},
	},
	"ContainerRestartRules":                restartRule(corev1.ContainerRestartRuleActionRestart),
	"RestartAllContainersOnContainerExits": restartRule(corev1.ContainerRestartRuleActionRestartAllContainers),
}

func restartRule(action corev1.ContainerRestartRuleAction) gateProbe {
	return gateProbe{
		change: func(p *corev1.Pod) {
			never := corev1.ContainerRestartPolicyNever
			p.Spec.Containers[0].RestartPolicy = &never
			p.Spec.Containers[0].RestartPolicyRules = []corev1.ContainerRestartRule{{Action: action,
				ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{42}}}}
		},
		kept: func(p *corev1.Pod) bool { return len(p.Spec.Containers[0].RestartPolicyRules) > 0 },
	}
}

func (g gateProbe) on(ctx context.Context, client kubernetes.Interface, t Target, name string) (bool, error) {
	pod, err := dryRun(ctx, client, t, name, g.change)
	switch {
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.IsForbidden(err):
		return false, nil
	case err != nil:
		return false, err
	}
	return g.kept(pod), nil
}
