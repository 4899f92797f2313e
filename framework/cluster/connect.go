package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// connectTimeout bounds the first conversation with an API server, a credential
// plugin's log-in included. Remote ones answer in well below a second; who waits
// longer than this wants to know that it does not answer.
const connectTimeout = 8 * time.Second

// Identity says which cluster a run is connected to, and as whom.
type Identity struct {
	// Source is where the configuration came from: a file, $KUBECONFIG with its
	// files, or the pod's service account.
	Source string `json:"source"`
	// Context and Cluster are the names in the kubeconfig; "" in a pod.
	Context string `json:"context,omitempty"`
	Cluster string `json:"cluster,omitempty"`
	// Server is the API server's URL.
	Server string `json:"server"`
	// Version is the API server's, like v1.36.4.
	Version string `json:"version"`
	// Platform is the API server's, like linux/amd64.
	Platform string `json:"platform,omitempty"`
	// User is who the API server takes us for; "" if it cannot say.
	User string `json:"user,omitempty"`
	// UID is that of namespace kube-system, which is drawn when a cluster is
	// made and so tells clusters apart; "" if we may not read it.
	UID string `json:"uid,omitempty"`
}

// Connect returns a client configuration for the named kubeconfig and context,
// having talked to the API server behind it, and says which cluster that is.
// An empty kubeconfig means $KUBECONFIG, ~/.kube/config, or the service account
// of the pod we run in; an empty context means the current one. The configuration
// has no time limit of its own; give each request a context.
//
// It takes at most 8 s. Errors: ErrUsage for a file or context that was named and
// does not exist; ErrEnvironment for everything else. Each ends in what to do.
func Connect(ctx context.Context, kubeconfig, contextName string) (*rest.Config, Identity, error) {
	from, err := locate(kubeconfig)
	if err != nil {
		return nil, Identity{}, err
	}
	config, identity, err := from.load(contextName)
	if err != nil {
		return nil, Identity{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := identity.ask(ctx, config); err != nil {
		return nil, Identity{}, environmentf("connect to %s (%s): %s; %s",
			identity.Server, identity.origin(), explain(err, connectTimeout), remedy(err))
	}
	return config, identity, nil
}

func (i Identity) origin() string {
	if i.Context == "" {
		return i.Source
	}
	return fmt.Sprintf("context %q of %s", i.Context, i.Source)
}

// ask fills in what only the API server knows.
func (i *Identity) ask(ctx context.Context, config *rest.Config) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	body, err := client.Discovery().RESTClient().Get().AbsPath("/version").DoRaw(ctx)
	if err != nil {
		return err
	}
	var info version.Info
	if err := json.Unmarshal(body, &info); err != nil || info.GitVersion == "" {
		return errNotKubernetes
	}
	i.Version, i.Platform = info.GitVersion, info.Platform
	// /version is open to everybody. Who we are is told (Kubernetes 1.28 and
	// later) only to those who have shown who they are.
	review, err := client.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	switch {
	case err == nil:
		i.User = review.Status.UserInfo.Username
	case apierrors.IsUnauthorized(err) || apierrors.IsForbidden(err):
		return err
	case !apierrors.IsNotFound(err):
		return err
	}
	if namespace, err := client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{}); err == nil {
		i.UID = string(namespace.UID)
	}
	return nil
}
