package cluster

import (
	"context"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/e2e-framework/klient"
	"sigs.k8s.io/e2e-framework/pkg/types"
)

// Existing is a cluster that somebody else made, by kubeconfig and context. It
// is connected to and never changed by this package: it loads no images, and
// Destroy refuses.
type Existing struct {
	kubeconfig  string
	contextName string
	name        string // for messages and e2e-framework's own book-keeping
	version     string // demanded of the API server; "" means any
	path        string // from WithPath, which has no meaning here

	rest     *rest.Config // set by Create
	identity Identity
}

var _ types.E2EClusterProvider = (*Existing)(nil)

// NewExisting returns the provider of the cluster that kubeconfig and
// contextName mean; see Connect for what is meant by "". Nothing is read yet.
func NewExisting(kubeconfig, contextName string) *Existing {
	return &Existing{kubeconfig: kubeconfig, contextName: contextName}
}

// WithName names the cluster in messages.
func (e *Existing) WithName(name string) types.E2EClusterProvider {
	e.name = name
	return e
}

// WithVersion makes Create fail unless the API server has that version.
func (e *Existing) WithVersion(version string) types.E2EClusterProvider {
	e.version = version
	return e
}

// WithPath belongs to providers that run a command. There is none here, so a
// path makes Create fail rather than be ignored.
func (e *Existing) WithPath(path string) types.E2EClusterProvider {
	e.path = path
	return e
}

// WithOpts applies options. Those of Kind have no effect.
func (e *Existing) WithOpts(opts ...types.ClusterOpts) types.E2EClusterProvider {
	for _, opt := range opts {
		opt(e)
	}
	return e
}

// SetDefaults has nothing to fill.
func (e *Existing) SetDefaults() types.E2EClusterProvider { return e }

// Create connects. It returns the path of the kubeconfig that was named, or ""
// where the configuration comes from the environment; KubernetesRestConfig holds
// it either way.
func (e *Existing) Create(ctx context.Context, args ...string) (string, error) {
	if len(args) > 0 || e.path != "" {
		return "", usagef("use an existing cluster: arguments %q and path %q have no meaning; leave them out", args, e.path)
	}
	config, identity, err := Connect(ctx, e.kubeconfig, e.contextName)
	if err != nil {
		return "", err
	}
	if e.version != "" && !sameVersion(identity.Version, e.version) {
		return "", environmentf("use the cluster at %s: it runs %s, wanted is %s; choose another with --context", identity.Server, identity.Version, e.version)
	}
	e.rest, e.identity = config, identity
	return e.kubeconfig, nil
}

// CreateWithConfig is refused: a cluster that exists is not configured.
func (e *Existing) CreateWithConfig(context.Context, string) (string, error) {
	return "", notOursf("configure an existing cluster: hookcheck does not change a cluster that it did not create; use Create")
}

// Identity says which cluster it is; empty before Create.
func (e *Existing) Identity() Identity { return e.identity }

// GetKubeconfig returns the path of the kubeconfig that was named, or "".
func (e *Existing) GetKubeconfig() string { return e.kubeconfig }

// GenerateKubeconfig returns the path of the kubeconfig that was named; none is
// written. It takes no arguments; any is an ErrUsage.
func (e *Existing) GenerateKubeconfig(args ...string) (string, error) {
	if len(args) > 0 {
		return "", usagef("write a kubeconfig: arguments %q are not supported", args)
	}
	return e.kubeconfig, nil
}

// GetKubectlContext returns the context in use, or the one asked for before
// Create.
func (e *Existing) GetKubectlContext() string {
	if e.identity.Context != "" {
		return e.identity.Context
	}
	return e.contextName
}

// ExportLogs is refused: the nodes of an existing cluster are not ours to enter.
func (e *Existing) ExportLogs(context.Context, string) error {
	return notOursf("export the logs of an existing cluster's nodes: hookcheck has no access to them; use the cluster's own means")
}

// Destroy is refused, always.
func (e *Existing) Destroy(context.Context) error {
	return notOursf("delete the cluster of context %q: hookcheck did not create it; delete it by the means that created it", e.GetKubectlContext())
}

// WaitForControlPlane does not wait: a cluster that is not ours is as it is.
func (e *Existing) WaitForControlPlane(context.Context, klient.Client) error { return nil }

// KubernetesRestConfig returns the configuration of a client; nil before Create.
func (e *Existing) KubernetesRestConfig() *rest.Config {
	if e.rest == nil {
		return nil
	}
	return rest.CopyConfig(e.rest)
}
