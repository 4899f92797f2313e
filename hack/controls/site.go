package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

// readyWithin bounds the time from the start of a fake to its node being Ready; seconds are usual.
const readyWithin = time.Minute

// site is where one fake runs.
type site struct {
	node, kubernetes, kubeconfig, dir string
	logf                              command.Logf
}

func (s site) path(name string) string { return filepath.Join(s.dir, name) }

// join starts the fake and waits until its node is Ready. Leave ends it and removes the node.
func (s site) join(ctx context.Context, f fake) (leave func() error, err error) {
	program, err := f.build(ctx, s)
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	args, env, err := f.command(ctx, s)
	if err != nil {
		return nil, err
	}
	if f.creates != nil {
		if err := s.create(ctx, client, f.creates); err != nil {
			return nil, err
		}
	}
	log, err := os.Create(s.path("log.txt"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, args...) // ended by leave, after the run has cleaned up
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	leave = func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
		_ = log.Close()
		return s.remove(client)
	}
	if err := s.awaitReady(ctx, client); err != nil {
		return nil, errors.Join(fmt.Errorf("%w; what it said stands in %s", err, log.Name()), leave())
	}
	return leave, nil
}

// create makes the node's object, for a controller that takes care of nodes it is shown.
func (s site) create(ctx context.Context, client kubernetes.Interface, annotations map[string]string) error {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: s.node, Annotations: annotations,
		Labels: map[string]string{corev1.LabelHostname: s.node, corev1.LabelOSStable: "linux"}}}
	_, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	return err
}

func (s site) awaitReady(ctx context.Context, client kubernetes.Interface) error {
	err := wait.PollUntilContextTimeout(ctx, time.Second, readyWithin, true, func(ctx context.Context) (bool, error) {
		node, err := client.CoreV1().Nodes().Get(ctx, s.node, metav1.GetOptions{})
		if err != nil {
			return false, nil // it registers itself
		}
		for _, c := range node.Status.Conditions {
			if c.Type == corev1.NodeReady {
				return c.Status == corev1.ConditionTrue, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return fmt.Errorf("node %s is not Ready after %s: %w", s.node, readyWithin, err)
	}
	return nil
}

// remove deletes the node and what is bound to it: nobody is there any more to end its pods.
func (s site) remove(client kubernetes.Interface) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pods, err := client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + s.node})
	if err != nil {
		return err
	}
	now := int64(0)
	for _, p := range pods.Items {
		if err := client.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &now}); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	if err := client.CoreV1().Nodes().Delete(ctx, s.node, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	return nil
}
