package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
	"k8s.io/client-go/util/retry"
	"k8s.io/streaming/pkg/httpstream"
)

// ExecIn runs a command in a container, as kubectl exec does: over WebSockets,
// over SPDY where the API server does not know them. It returns what the
// command wrote and its exit code; an error only where it could not be run.
func ExecIn(ctx context.Context, config *rest.Config, client kubernetes.Interface, namespace, pod, container string, command []string) (stdout, stderr string, code int, err error) {
	fail := func(err error) (string, string, int, error) {
		return "", "", 0, fmt.Errorf("run %q in pod %s: %w", strings.Join(command, " "), pod, err)
	}
	request := client.CoreV1().RESTClient().Post().Namespace(namespace).Resource("pods").Name(pod).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Container: container, Command: command, Stdout: true, Stderr: true}, scheme.ParameterCodec)
	spdy, err := remotecommand.NewSPDYExecutor(config, "POST", request.URL())
	if err != nil {
		return fail(err)
	}
	websocket, err := remotecommand.NewWebSocketExecutor(config, "GET", request.URL().String())
	if err != nil {
		return fail(err)
	}
	executor, err := remotecommand.NewFallbackExecutor(websocket, spdy, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
	if err != nil {
		return fail(err)
	}
	var out, errOut bytes.Buffer
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &out, Stderr: &errOut})
	var exit exec.ExitError
	if errors.As(err, &exit) {
		return out.String(), errOut.String(), exit.ExitStatus(), nil
	}
	if err != nil {
		return fail(err)
	}
	return out.String(), errOut.String(), 0, nil
}

// releasePod removes our finalizer from a pod; a pod that is gone is no error.
func releasePod(ctx context.Context, client kubernetes.Interface, namespace, name string) error {
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		pod, err := client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		kept := slices.DeleteFunc(slices.Clone(pod.Finalizers), func(f string) bool { return f == Finalizer })
		if len(kept) == len(pod.Finalizers) {
			return nil
		}
		pod.Finalizers = kept
		_, err = client.CoreV1().Pods(namespace).Update(ctx, pod, metav1.UpdateOptions{})
		return err
	})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("remove the finalizer of pod %s: %w", name, err)
	}
	return nil
}
