// Command verifyclean fails where hookcheck left something in a cluster:
//
//	go run ./hack/verifyclean [--kind NAME | --kubeconfig FILE --context NAME]
//
// It looks for namespaces, priority classes, pods, leases and finalizers of ours in all namespaces. Run it when no run is under way.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 0 where nothing is left, 1 where something is, 2 for a wrong command line, 3 where the
// cluster cannot be asked.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("verifyclean", flag.ContinueOnError)
	flags.SetOutput(stderr)
	kind := flags.String("kind", "", "look into the kind cluster of this `name` that hookcheck created")
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig `file` (default $KUBECONFIG, then ~/.kube/config)")
	contextName := flags.String("context", "", "`context` in the kubeconfig (default the current one)")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if *kind != "" {
		k := cluster.NewKind(*kind)
		*kubeconfig, *contextName = k.GetKubeconfig(), k.GetKubectlContext()
	}
	left, err := connectAndLook(ctx, *kubeconfig, *contextName)
	if err != nil {
		fmt.Fprintln(stderr, "verifyclean:", err)
		return 3
	}
	for _, what := range left {
		fmt.Fprintln(stdout, what)
	}
	if len(left) > 0 {
		fmt.Fprintln(stderr, "verifyclean: hookcheck left this; `hookcheck cleanup` removes it")
		return 1
	}
	fmt.Fprintln(stdout, "nothing of hookcheck's is left")
	return 0
}

func connectAndLook(ctx context.Context, kubeconfig, contextName string) ([]string, error) {
	config, _, err := cluster.Connect(ctx, kubeconfig, contextName)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return look(ctx, client)
}

// look returns what is left, as kind and name.
func look(ctx context.Context, client kubernetes.Interface) ([]string, error) {
	ours := metav1.ListOptions{LabelSelector: scenario.ManagedByLabel + "=" + scenario.ManagedBy}
	namespaces, err := client.CoreV1().Namespaces().List(ctx, ours)
	if err != nil {
		return nil, fmt.Errorf("list namespaces: %w", err)
	}
	leases, err := client.CoordinationV1().Leases("").List(ctx, ours)
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{}) // our finalizer may stand without our label
	if err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	classes, err := client.SchedulingV1().PriorityClasses().List(ctx, ours)
	if err != nil {
		return nil, fmt.Errorf("list priority classes: %w", err)
	}
	var left []string
	for _, c := range classes.Items {
		left = append(left, "priority class "+c.Name)
	}
	for _, n := range namespaces.Items {
		left = append(left, "namespace "+n.Name)
	}
	for _, l := range leases.Items {
		left = append(left, "lease "+l.Namespace+"/"+l.Name)
	}
	for _, p := range pods.Items {
		if slices.Contains(p.Finalizers, scenario.Finalizer) {
			left = append(left, "finalizer of pod "+p.Namespace+"/"+p.Name)
		} else if p.Labels[scenario.ManagedByLabel] == scenario.ManagedBy {
			left = append(left, "pod "+p.Namespace+"/"+p.Name)
		}
	}
	return left, nil
}
