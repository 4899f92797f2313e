package lab

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Stock puts back every component that the cluster had before it became a laboratory, and waits until they work. Of the
// options it heeds those that say which cluster it is.
func Stock(ctx context.Context, o Options) error {
	l, err := take(ctx, o)
	if err != nil {
		return err
	}
	defer l.unlock()
	for _, c := range controlPlane {
		if err := l.editManifest(ctx, c, func(pod *corev1.Pod) error { restore(&pod.ObjectMeta, &pod.Spec); return nil }); err != nil {
			return err
		}
	}
	for _, c := range controlPlane {
		if err := l.awaitStatic(ctx, c, ""); err != nil {
			return err
		}
	}
	if _, err := l.client.AppsV1().DaemonSets(system).Get(ctx, kubeProxy, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		if err := l.editDaemonSet(ctx, func(t *corev1.PodTemplateSpec) error { restore(&t.ObjectMeta, &t.Spec); return nil }); err != nil {
			return err
		}
	}
	if err := l.dropClasses(ctx); err != nil {
		return err
	}
	if _, err := l.node.sh(ctx, stockScript); err != nil {
		return fmt.Errorf("put the node's own programs and configurations back: %w", err)
	}
	if err := l.restart(ctx, "containerd", l.socketWorks(containerdSocket)); err != nil {
		return err
	}
	return l.restart(ctx, "kubelet", l.kubeletWorks)
}

// stockScript leaves nothing of the laboratory on the node but its switch, which is off.
var stockScript = strings.NewReplacer("STOCK", stockDir, "MADE", madeDir, "WRAPPERS", wrapperDir, "BIN", binDir, "CALLS", proxyCalls, "SPEC", crunSpec, "NAME", proxyName, "UNIT", proxyUnit).Replace(`
rm -f MADE/*
for file in ` + strings.Join([]string{containerdProgram, shimProgram, containerdConfig, kubeletProgram, kubeletConfig, kubeletFlags}, " ") + `; do
  stock=STOCK/$(basename $file)
  if [ -e $stock ]; then cp -a $stock $file.new; mv $file.new $file; fi
done
systemctl disable --now --quiet NAME 2>/dev/null || :
rm -rf UNIT CALLS SPEC BIN/* WRAPPERS/* STOCK/*
`)

// dropClasses removes the RuntimeClasses of mutants.
func (l *Lab) dropClasses(ctx context.Context) error {
	classes, err := l.client.NodeV1().RuntimeClasses().List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("list runtime classes: %w", err)
	}
	for _, c := range classes.Items {
		if !strings.HasPrefix(c.Name, Class("")) {
			continue
		}
		if err := l.client.NodeV1().RuntimeClasses().Delete(ctx, c.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("delete runtime class %s: %w", c.Name, err)
		}
	}
	return nil
}
