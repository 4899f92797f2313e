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
	kind                              string // the kind cluster
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
	start := s.here
	if f.inNode {
		start = s.inNode
	}
	end, err := start(ctx, log, program, args, env)
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	leave = func() error {
		end()
		_ = log.Close()
		return s.remove(context.WithoutCancel(ctx), client) // also after an interrupt
	}
	if err := s.awaitReady(ctx, client); err != nil {
		return nil, errors.Join(fmt.Errorf("%w; what it said stands in %s", err, log.Name()), leave())
	}
	return leave, nil
}

// here starts the program on this machine.
func (s site) here(_ context.Context, log *os.File, program string, args, env []string) (end func(), err error) {
	cmd := exec.Command(program, args...) // ended by end, after the run has cleaned up
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	}, nil
}

// place is the directory inside the kind cluster's node that a fake has for itself there. It is not in /run or /tmp:
// `docker cp` does not see what is mounted in a container.
func (s site) place() string { return "/opt/" + s.node }

// inNode starts the program inside the kind cluster's node, where the end of `docker exec` would not end it. All that it
// writes is in its place there, which goes with it; kubemark's directory is in /tmp, whatever TMPDIR says.
func (s site) inNode(ctx context.Context, log *os.File, program string, args, env []string) (end func(), err error) {
	container, file := s.kind+"-control-plane", s.place()+"/program"
	remove := func() {
		script := `for p in /proc/[0-9]*; do if [ "$(readlink $p/exe)" = ` + file + ` ]; then kill -9 ${p#/proc/}; fi; done; rm -rf /tmp/hollow-kubelet.* ` + s.place()
		if _, err := command.Output(context.WithoutCancel(ctx), "docker", "exec", container, "sh", "-c", script); err != nil {
			s.logf("controls: %s may still be in %s: %v", s.place(), container, err)
		}
	}
	if _, err := command.Output(ctx, "docker", "exec", container, "mkdir", "-p", s.place()); err != nil {
		return nil, err
	}
	if _, err := command.Output(ctx, "docker", "cp", program, container+":"+file); err != nil {
		remove()
		return nil, err
	}
	call := []string{"exec"}
	for _, e := range env {
		call = append(call, "--env", e)
	}
	stop, err := s.here(ctx, log, "docker", append(append(call, container, file), args...), nil)
	if err != nil {
		remove()
		return nil, err
	}
	return func() { remove(); stop() }, nil
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
func (s site) remove(ctx context.Context, client kubernetes.Interface) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
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
