package cluster

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Result is what Ensure did.
type Result struct {
	// Action is ActionCreate, ActionReuse or ActionRecreate; Reasons say why.
	Action  Action
	Reasons []string
	// Name, Image and Nodes describe the cluster as it is now.
	Name  string
	Image string
	Nodes int
	// Kubernetes is the kubelets' version.
	Kubernetes string
	// Kubeconfig is the path of a file that holds only this cluster; Context is
	// the context in it.
	Kubeconfig string
	Context    string
	// Logs is the directory with the logs of a cluster that was replaced; ""
	// where there was none.
	Logs string
	// Took is the time of the whole of Ensure.
	Took time.Duration
}

// Ensure makes the cluster be there: it reuses, creates or recreates it as
// Decide says, and returns when it is ready for pods.
//
// Errors: ErrUsage for what cannot be asked for; ErrNotOurs where the name
// belongs to a cluster that hookcheck did not create; ErrEnvironment where the
// engine, the image or Kubernetes fails. When ctx ends during a creation, what
// has been created is removed.
func (k *Kind) Ensure(ctx context.Context) (Result, error) {
	began := time.Now()
	if err := k.check(); err != nil {
		return Result{}, err
	}
	s, err := k.state()
	if err != nil {
		return Result{}, err
	}
	unlock, err := k.lock(ctx, s)
	if err != nil {
		return Result{}, err
	}
	defer unlock()

	want := Want{Kubernetes: k.kubernetes, Image: k.image, Nodes: k.nodes, FeatureGates: k.gates}
	seen, decision, err := k.look(ctx, s, want)
	if err != nil {
		return Result{}, err
	}
	result := Result{
		Action: decision.Action, Reasons: decision.Reasons,
		Name: k.name, Nodes: k.nodes, Kubeconfig: s.kubeconfigPath(k.name), Context: k.GetKubectlContext(),
	}
	switch decision.Action {
	case ActionRefuse:
		return Result{}, k.refusal("create", decision, "choose another name with --name")
	case ActionCreate, ActionRecreate:
		image, config, err := k.plan(ctx)
		if err != nil {
			return Result{}, err
		}
		if decision.Action == ActionRecreate {
			k.log.line("Cluster %q is recreated: %s.", k.name, decision.Why())
			result.Logs = k.exportBeforeRemoval(ctx, s, seen.Containers)
			if err := ctx.Err(); err != nil {
				return Result{}, environmentf("recreate cluster %q: %w", k.name, context.Cause(ctx))
			}
			if err := k.remove(ctx, s, seen.Containers); err != nil {
				return Result{}, err
			}
		}
		if seen.Record, err = k.create(ctx, s, image, config); err != nil {
			return Result{}, err
		}
	}
	result.Image = seen.Record.Image
	result.Kubernetes = seen.Record.Kubernetes
	result.Took = time.Since(began)
	return result, nil
}

// WriteTo tells the user what Ensure did and how to use the cluster.
func (r Result) WriteTo(w io.Writer) (int64, error) {
	verb := map[Action]string{ActionCreate: "created", ActionReuse: "reused", ActionRecreate: "recreated"}[r.Action]
	var b strings.Builder
	fmt.Fprintf(&b, "Cluster %q %s in %.1f s: %s, Kubernetes %s, image %s.\n",
		r.Name, verb, r.Took.Seconds(), nodeCount(r.Nodes), r.Kubernetes, r.Image)
	if r.Logs != "" {
		fmt.Fprintf(&b, "Logs of the one it replaces: %s\n", r.Logs)
	}
	fmt.Fprintf(&b, "Kubeconfig: %s\n", r.Kubeconfig)
	kind := "--kind"
	if r.Name != DefaultName {
		kind += "=" + r.Name
	}
	fmt.Fprintf(&b, "Use it: hookcheck run %s\n", kind)
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

func (k *Kind) lock(ctx context.Context, s state) (func(), error) {
	return s.lock(ctx, k.name, func() {
		k.log.line("Waiting for another hookcheck that is working on cluster %q …", k.name)
	})
}

// look sees what is there and decides, looking at the health only if the
// decision depends on it. After ActionReuse k.rest is set.
func (k *Kind) look(ctx context.Context, s state, want Want) (Seen, Decision, error) {
	var seen Seen
	var err error
	if seen.Containers, err = k.engine.containers(ctx, k.name); err != nil {
		return seen, Decision{}, err
	}
	seen.Record, seen.RecordErr = s.load(k.name)
	seen.ImageIDs = map[string]string{}
	for _, c := range seen.Containers {
		if _, known := seen.ImageIDs[c.Image]; known {
			continue
		}
		id, _, found, err := k.engine.inspectImage(ctx, c.Image)
		if err != nil {
			return seen, Decision{}, err
		}
		if found {
			seen.ImageIDs[c.Image] = id
		}
	}
	decision := Decide(want, seen)
	if decision.Action == ActionProbe {
		health := k.health(ctx, s)
		if ctx.Err() != nil {
			// Not an answer about the cluster: nothing may be recreated for it.
			return seen, Decision{}, environmentf("look at cluster %q: %w", k.name, context.Cause(ctx))
		}
		seen.Health = &health
		decision = Decide(want, seen)
	}
	return seen, decision, nil
}

// health probes the cluster through its kubeconfig, which is written anew if it
// is missing or broken. One that is not healthy is asked again for some time: its
// API server may be starting.
func (k *Kind) health(ctx context.Context, s state) Health {
	config, err := restConfig(s.kubeconfigPath(k.name))
	if err != nil {
		if err := k.writeKubeconfig(s); err != nil {
			return Health{Problems: []string{err.Error()}}
		}
		if config, err = restConfig(s.kubeconfigPath(k.name)); err != nil {
			return Health{Problems: []string{err.Error()}}
		}
	}
	k.rest = config
	for begin := time.Now(); ; {
		health := probe(ctx, config)
		if len(health.Problems) == 0 || time.Since(begin) > k.doubt || ctx.Err() != nil {
			return health
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// restConfig reads a kubeconfig of ours.
func restConfig(path string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return nil, err
	}
	return tune(config), nil
}

// refusal is the error for a cluster that is not ours.
func (k *Kind) refusal(verb string, d Decision, instead string) error {
	return notOursf("%s cluster %q: a kind cluster of that name exists and hookcheck does not touch it, since %s; %s, or remove it yourself: kind delete cluster --name %s",
		verb, k.name, d.Why(), instead, k.name)
}
