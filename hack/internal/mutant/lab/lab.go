package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/fixtures"
	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/cri"
)

// DefaultName is the name of the kind cluster.
const DefaultName = "hookcheck-mutants"

// Options say what the laboratory is to be like.
type Options struct {
	// Name is that of the kind cluster; empty: DefaultName.
	Name string
	// Kubernetes and Image are version and node image, as `hookcheck cluster create` takes them; empty: its defaults.
	Kubernetes, Image string
	// Hookcheck is the binary that will run; the fixture images beside it are loaded.
	Hookcheck string
	// Gates are feature gates of all components.
	Gates map[string]bool
	// Binaries are the files of the programs with mutants in them, by name, as package binaries builds them. What is
	// not named stays as it is.
	Binaries map[string]string
	// Definitions are those whose wrappers and calls are to be tried; others are left out.
	Definitions []mutant.Definition
	// Log gets a line for each thing that is done.
	Log io.Writer
}

// A Lab is a cluster that has been made a laboratory.
type Lab struct {
	// Name is that of the kind cluster, as `hookcheck run --kind` takes it.
	Name string

	node   node
	config *rest.Config
	client kubernetes.Interface
	log    io.Writer
	unlock func()
}

// The node's directory, and what is in it.
const (
	nodeDir    = "/opt/hookcheck"
	switchFile = nodeDir + "/mutants"
	binDir     = nodeDir + "/bin"
	stockDir   = nodeDir + "/stock"   // what was there before
	madeDir    = nodeDir + "/made"    // digests of what was installed and seen to work
	wrapperDir = nodeDir + "/wrapper" // in place of runc
)

// Open makes the laboratory be there, with nothing on, and returns when every component works.
func Open(ctx context.Context, o Options) (_ *Lab, err error) {
	if _, err := cri.Compile(o.Definitions); err != nil {
		return nil, err
	}
	l, err := take(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			l.unlock()
			err = fmt.Errorf("make a laboratory of cluster %s: %w", l.Name, err)
		}
	}()
	services, err := l.services(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := l.make(ctx, services); err != nil {
		return nil, err
	}
	if err := l.programs(ctx, o.Binaries); err != nil {
		return nil, err
	}
	if err := l.createClasses(ctx, o.Definitions); err != nil {
		return nil, err
	}
	return l, nil
}

// take makes the cluster be there, for this process alone, with nothing on.
func take(ctx context.Context, o Options) (*Lab, error) {
	l := &Lab{Name: o.Name, log: o.Log}
	if l.Name == "" {
		l.Name = DefaultName
	}
	var err error
	if l.unlock, err = lock(l.Name); err != nil {
		return nil, err
	}
	if err = l.connect(ctx, o); err == nil {
		err = l.write(ctx, nil)
	}
	if err != nil {
		l.unlock()
		return nil, fmt.Errorf("take cluster %s for a laboratory: %w", l.Name, err)
	}
	return l, nil
}

// connect makes the cluster be there and finds the way onto its node.
func (l *Lab) connect(ctx context.Context, o Options) error {
	k := cluster.NewKind(l.Name)
	k.WithVersion(o.Kubernetes).WithOpts(cluster.WithImage(o.Image), cluster.WithFeatureGates(o.Gates), cluster.WithLog(l.log, 0))
	result, err := k.Ensure(ctx)
	if err != nil {
		return err
	}
	l.say("cluster %s: %s", result.Name, result.Action)
	if err := load(ctx, k, filepath.Join(filepath.Dir(o.Hookcheck), fixtures.ArchiveDir)); err != nil {
		return err
	}
	l.config = k.KubernetesRestConfig()
	if l.client, err = kubernetes.NewForConfig(l.config); err != nil {
		return err
	}
	nodes, err := l.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("list its nodes: %w", err)
	}
	if len(nodes.Items) != 1 {
		return fmt.Errorf("it has %d nodes, one is wanted: remove it by `hookcheck cluster delete --name %s`", len(nodes.Items), l.Name)
	}
	found, reason := cluster.FindNode(ctx, &nodes.Items[0])
	if found == nil {
		return errors.New(reason)
	}
	l.node = node{name: found.String()}
	_, err = l.node.sh(ctx, fmt.Sprintf("mkdir -p %s %s %s %s", binDir, stockDir, madeDir, wrapperDir))
	return err
}

// load gives the cluster the fixture images, which a run by its kubeconfig does not.
func load(ctx context.Context, k *cluster.Kind, dir string) error {
	archives, err := fixtures.Archives(dir)
	if err != nil {
		return err
	}
	for _, a := range archives {
		if err := k.LoadImageArchive(ctx, a.Path, a.Reference); err != nil {
			return err
		}
	}
	return nil
}

// settle is how long a change of the switch may go unseen: components read it every 200 ms, on a node that may be busy.
const settle = time.Second

// Switch turns on each of the mutants for the namespaces that begin with what is given for it, * for all, and all
// others off. It returns when every component knows.
func (l *Lab) Switch(ctx context.Context, on map[string]string) error {
	if err := l.write(ctx, on); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settle):
		return nil
	}
}

func (l *Lab) write(ctx context.Context, on map[string]string) error {
	text, err := switchText(on)
	if err != nil {
		return err
	}
	return l.node.write(ctx, switchFile, text, 0o644)
}

// switchText is the file of the switch, as package hookcheckmutant reads it.
func switchText(on map[string]string) (string, error) {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(on)) {
		if on[id] == "" || strings.ContainsAny(id+on[id], " \t\r\n") {
			return "", fmt.Errorf("mutant %q cannot be turned on for namespaces that begin with %q", id, on[id])
		}
		fmt.Fprintf(&b, "%s %s\n", id, on[id])
	}
	return b.String(), nil
}

// Close turns everything off and leaves the laboratory to others.
func (l *Lab) Close(ctx context.Context) error {
	defer l.unlock()
	return l.write(ctx, nil)
}

func (l *Lab) say(format string, args ...any) {
	if l.log != nil {
		fmt.Fprintf(l.log, format+"\n", args...)
	}
}
