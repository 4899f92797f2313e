package cluster

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/e2e-framework/klient"
	"sigs.k8s.io/e2e-framework/pkg/types"
	"sigs.k8s.io/kind/pkg/apis/config/defaults"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	kindcluster "sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/yaml"
)

// Defaults of Kind.
const (
	// DefaultName is the name of the cluster that hookcheck keeps.
	DefaultName = "hookcheck"
	// DefaultKubernetes is the version it runs.
	DefaultKubernetes = "v1.36.4"
)

// Kind is a kind cluster of ours. Make one with NewKind, adjust it through
// WithOpts, then Ensure it. It is not for use by several goroutines at once.
type Kind struct {
	name       string
	kubernetes string // as asked for; "" means the default, or what image holds
	image      string // as asked for; "" means the best for the version
	nodes      int
	gates      map[string]bool
	config     []byte // a kind configuration in place of ours, …
	configured string // … and the image of its first node
	stateDir   string // "" means $XDG_STATE_HOME/hookcheck
	path       string // from WithPath, which has no meaning here
	log        *logger

	engine engine
	doubt  time.Duration // how long an unhealthy cluster gets before it counts as broken
	rest   *rest.Config  // set by Ensure
}

// benefit is the doubt that a cluster gets by default: what is taken for broken is
// replaced, and an API server that is being restarted is back after 5 to 15 s.
const benefit = 30 * time.Second

var (
	_ types.E2EClusterProvider                = (*Kind)(nil)
	_ types.E2EClusterProviderWithImageLoader = (*Kind)(nil)
)

// NewKind returns the provider of a kind cluster called name, or DefaultName if
// name is "". Nothing is looked at or created yet.
func NewKind(name string) *Kind {
	k := &Kind{name: name, log: &logger{}, engine: newEngine(), doubt: benefit}
	k.SetDefaults()
	return k
}

// WithImage sets the node image. Without it, hookcheck/node:<version> is used
// if this machine has it, else kindest/node:<version>.
func WithImage(ref string) types.ClusterOpts {
	return func(p types.E2EClusterProvider) {
		if k, ok := p.(*Kind); ok {
			k.image = ref
		}
	}
}

// WithNodes sets the number of nodes, the control plane's included.
func WithNodes(n int) types.ClusterOpts {
	return func(p types.E2EClusterProvider) {
		if k, ok := p.(*Kind); ok {
			k.nodes = n
		}
	}
}

// WithFeatureGates sets feature gates of every component of Kubernetes, by name.
func WithFeatureGates(gates map[string]bool) types.ClusterOpts {
	return func(p types.E2EClusterProvider) {
		if k, ok := p.(*Kind); ok {
			k.gates = gates
		}
	}
}

// WithLog sends what is being done to w, a line each; with a verbosity of 1 or
// more also what kind says, the more the higher (kind's levels 0, 1, 2, 3).
func WithLog(w io.Writer, verbosity int) types.ClusterOpts {
	return func(p types.E2EClusterProvider) {
		if k, ok := p.(*Kind); ok {
			k.log = &logger{w: w, verbosity: verbosity}
		}
	}
}

// WithStateDir puts records, kubeconfigs and exported logs below dir instead of
// $XDG_STATE_HOME/hookcheck.
func WithStateDir(dir string) types.ClusterOpts {
	return func(p types.E2EClusterProvider) {
		if k, ok := p.(*Kind); ok {
			k.stateDir = dir
		}
	}
}

// SetDefaults fills what has not been set: the name and one node.
func (k *Kind) SetDefaults() types.E2EClusterProvider {
	if k.name == "" {
		k.name = DefaultName
	}
	if k.nodes == 0 {
		k.nodes = 1
	}
	return k
}

// WithName sets the cluster's name.
func (k *Kind) WithName(name string) types.E2EClusterProvider {
	k.name = name
	return k
}

// WithVersion sets the Kubernetes version, like v1.36.4.
func (k *Kind) WithVersion(version string) types.E2EClusterProvider {
	k.kubernetes = version
	return k
}

// WithPath belongs to providers that run a command. Kind is a library here, so
// a path makes Ensure fail rather than be ignored.
func (k *Kind) WithPath(path string) types.E2EClusterProvider {
	k.path = path
	return k
}

// WithOpts applies options such as WithImage.
func (k *Kind) WithOpts(opts ...types.ClusterOpts) types.E2EClusterProvider {
	for _, opt := range opts {
		opt(k)
	}
	return k
}

// Create is Ensure for e2e-framework: it returns the kubeconfig's path. It takes
// no arguments; any is an ErrUsage.
func (k *Kind) Create(ctx context.Context, args ...string) (string, error) {
	if len(args) > 0 {
		return "", usagef("create cluster %q: arguments %q are not supported; use WithOpts", k.name, args)
	}
	result, err := k.Ensure(ctx)
	return result.Kubeconfig, err
}

// CreateWithConfig is Create with the kind configuration in a file, which then
// decides on images and on the number of nodes. Of a cluster that exists already
// only that number, the version and the health are compared.
func (k *Kind) CreateWithConfig(ctx context.Context, configFile string) (string, error) {
	data, err := os.ReadFile(configFile)
	if err != nil {
		return "", usagef("create cluster %q: %w; name a kind configuration file", k.name, err)
	}
	var config v1alpha4.Cluster
	if err := yaml.UnmarshalStrict(data, &config); err != nil {
		return "", usagef("create cluster %q: read kind configuration %s: %w", k.name, configFile, err)
	}
	k.config, k.nodes, k.configured = data, max(1, len(config.Nodes)), defaults.Image
	if len(config.Nodes) > 0 && config.Nodes[0].Image != "" {
		k.configured = config.Nodes[0].Image
	}
	return k.Create(ctx)
}

// GetKubeconfig returns the path of the cluster's kubeconfig, whether or not
// the file exists yet.
func (k *Kind) GetKubeconfig() string {
	s, err := k.state()
	if err != nil {
		return ""
	}
	return s.kubeconfigPath(k.name)
}

// GenerateKubeconfig writes the kubeconfig anew from the cluster and returns its
// path. It takes no arguments; any is an ErrUsage.
func (k *Kind) GenerateKubeconfig(args ...string) (string, error) {
	if len(args) > 0 {
		return "", usagef("write the kubeconfig of cluster %q: arguments %q are not supported", k.name, args)
	}
	s, err := k.state()
	if err != nil {
		return "", err
	}
	return s.kubeconfigPath(k.name), k.writeKubeconfig(s)
}

// GetKubectlContext returns the context in the kubeconfig, kind-<name>.
func (k *Kind) GetKubectlContext() string { return "kind-" + k.name }

// KubernetesRestConfig returns the configuration of a client; nil before Ensure.
func (k *Kind) KubernetesRestConfig() *rest.Config {
	if k.rest == nil {
		return nil
	}
	return rest.CopyConfig(k.rest)
}

// WaitForControlPlane waits until all nodes are Ready and pods can be created
// in namespace default. Ensure has done so already.
func (k *Kind) WaitForControlPlane(ctx context.Context, client klient.Client) error {
	return waitReady(ctx, client.RESTConfig(), k.nodes)
}

func (k *Kind) state() (state, error) {
	if k.stateDir != "" {
		return state{k.stateDir}, nil
	}
	dir, err := defaultStateDir()
	return state{dir}, err
}

// provider returns kind's own provider. It is made late because WithLog may
// come after NewKind.
func (k *Kind) provider() *kindcluster.Provider {
	return kindcluster.NewProvider(kindcluster.ProviderWithDocker(), kindcluster.ProviderWithLogger(k.log))
}

// writeKubeconfig writes the kubeconfig that kind reads from the control plane.
func (k *Kind) writeKubeconfig(s state) error {
	text, err := k.provider().KubeConfig(k.name, false)
	if err == nil {
		err = writeAtomic(s.kubeconfigPath(k.name), []byte(text))
	}
	if err != nil {
		return environmentf("write the kubeconfig of cluster %q: %w", k.name, err)
	}
	return nil
}

// check validates what was asked for.
func (k *Kind) check() error {
	if err := ValidateName(k.name); err != nil {
		return err
	}
	if k.nodes < 1 {
		return usagef("create cluster %q: %d nodes are not possible; ask for 1 or more", k.name, k.nodes)
	}
	if k.path != "" {
		return usagef("create cluster %q: kind is used as a library, a path to a command (%s) has no meaning; do without WithPath", k.name, k.path)
	}
	if k.kubernetes == "" && k.image == "" && k.config == nil {
		k.kubernetes = DefaultKubernetes
	}
	if k.kubernetes != "" {
		version, err := parseVersion(k.kubernetes)
		if err != nil {
			return err
		}
		k.kubernetes = version
		if tag := versionOfImage(k.image); tag != "" && !sameVersion(tag, version) {
			return usagef("create cluster %q: image %s holds %s, but %s is asked for; leave one of them out", k.name, k.image, tag, version)
		}
	}
	return nil
}

// String names the cluster in messages.
func (k *Kind) String() string { return fmt.Sprintf("kind cluster %q", k.name) }
