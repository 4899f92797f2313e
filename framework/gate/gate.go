// Package gate decides whether a requirement applies where the run takes place:
// by the Kubernetes version of the API server and of the node that is used, and
// by what the cluster lets us do. The answer is either yes or a reason with a
// code, never silence.
package gate

import (
	"context"
	"fmt"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Facts is what the decision is taken from.
type Facts struct {
	// Server and Kubelet are versions such as v1.36.4.
	Server, Kubelet string
	// Missing says for each need that is not met why not.
	Missing map[requirement.Need]string
}

// Decide returns "" where the requirement applies, else the reason, which
// begins with a code: `version: …` or `needs-<need>: …`.
func (f Facts) Decide(r requirement.Requirement) (reason string, err error) {
	older, name, err := f.older()
	if err != nil {
		return "", err
	}
	if r.Since != "" {
		since, err := version.ParseGeneric(r.Since)
		if err != nil {
			return "", fmt.Errorf("requirement %s: since: %w", r.ID, err)
		}
		if minor(older).LessThan(since) {
			return fmt.Sprintf("version: holds since %s, %s is %s", r.Since, name, older), nil
		}
	}
	if r.Until != "" {
		until, err := version.ParseGeneric(r.Until)
		if err != nil {
			return "", fmt.Errorf("requirement %s: until: %w", r.ID, err)
		}
		if until.LessThan(minor(older)) {
			return fmt.Sprintf("version: holds until %s, %s is %s", r.Until, name, older), nil
		}
	}
	for _, need := range r.Needs {
		if why, missing := f.Missing[need]; missing {
			return fmt.Sprintf("needs-%s: %s", need, why), nil
		}
	}
	return "", nil
}

// older returns the older of the two versions: a feature needs both.
func (f Facts) older() (*version.Version, string, error) {
	server, err := version.ParseGeneric(f.Server)
	if err != nil {
		return nil, "", fmt.Errorf("version of the API server: %w", err)
	}
	kubelet, err := version.ParseGeneric(f.Kubelet)
	if err != nil {
		return nil, "", fmt.Errorf("version of the kubelet: %w", err)
	}
	if kubelet.LessThan(server) {
		return kubelet, "the kubelet", nil
	}
	return server, "the API server", nil
}

func minor(v *version.Version) *version.Version { return version.MajorMinor(v.Major(), v.Minor()) }

// Probe asks the cluster for the facts about a namespace. kubelet is the
// version of the node that the run uses; probePod is a pod that admission is
// asked about, without a volume.
func Probe(ctx context.Context, client kubernetes.Interface, namespace, kubelet string, probePod *corev1.Pod) (Facts, error) {
	server, err := client.Discovery().ServerVersion()
	if err != nil {
		return Facts{}, fmt.Errorf("ask the API server for its version: %w", err)
	}
	f := Facts{Server: server.GitVersion, Kubelet: kubelet, Missing: map[requirement.Need]string{}}
	permissions := map[requirement.Need][]authorizationv1.ResourceAttributes{
		requirement.NeedExec:     {{Verb: "create", Resource: "pods", Subresource: "exec"}},
		requirement.NeedEviction: {{Verb: "create", Resource: "pods", Subresource: "eviction"}},
		requirement.NeedServices: {{Verb: "create", Resource: "services"}, {Verb: "watch", Group: "discovery.k8s.io", Resource: "endpointslices"}},
	}
	for need, list := range permissions {
		for _, attributes := range list {
			attributes.Namespace = namespace
			why, err := forbidden(ctx, client, attributes)
			if err != nil {
				return Facts{}, err
			}
			if why != "" {
				f.Missing[need] = why
			}
		}
	}
	why, err := refusedHostPath(ctx, client, namespace, probePod)
	if err != nil {
		return Facts{}, err
	}
	if why != "" {
		f.Missing[requirement.NeedHostPath] = why
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
	return fmt.Sprintf("not allowed to %s %s in namespace %s", a.Verb, resource, a.Namespace), nil
}

// refusedHostPath asks admission, by a dry run, for a pod with a hostPath.
func refusedHostPath(ctx context.Context, client kubernetes.Interface, namespace string, pod *corev1.Pod) (string, error) {
	pod = pod.DeepCopy()
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "host",
		VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/tmp"}}})
	_, err := client.CoreV1().Pods(namespace).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	switch {
	case err == nil:
		return "", nil
	case apierrors.IsForbidden(err):
		return "admission refuses a pod with a hostPath volume: " + err.Error(), nil
	default:
		return "", fmt.Errorf("ask admission about a pod with a hostPath volume: %w", err)
	}
}
