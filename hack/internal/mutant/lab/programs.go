package lab

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

const (
	system    = metav1.NamespaceSystem
	manifests = "/etc/kubernetes/manifests" // kubeadm's staticPodPath
)

// controlPlane are the components that run as static pods.
var controlPlane = []mutant.Component{mutant.APIServer, mutant.ControllerManager, mutant.Scheduler}

// programs lets pods run the programs that there are for them, and waits until they do.
func (l *Lab) programs(ctx context.Context, binaries map[string]string) error {
	wanted := map[mutant.Component]program{}
	for _, c := range append(slices.Clone(controlPlane), mutant.Proxy) {
		if binaries[string(c)] == "" {
			continue
		}
		p, err := l.node.program(ctx, string(c), binaries)
		if err == nil {
			err = l.node.put(ctx, p)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		wanted[c] = p
	}
	since := time.Now()
	for _, c := range controlPlane { // all at once: each waits for the others
		if p, ok := wanted[c]; ok {
			if err := l.editManifest(ctx, c, func(pod *corev1.Pod) error { return instrument(&pod.ObjectMeta, &pod.Spec, p) }); err != nil {
				return err
			}
		}
	}
	for _, c := range controlPlane {
		if p, ok := wanted[c]; ok {
			if err := l.awaitStatic(ctx, c, p.digest); err != nil {
				return err
			}
			l.say("%s works after %.1f s", c, time.Since(since).Seconds())
		}
	}
	p, ok := wanted[mutant.Proxy]
	if !ok {
		return nil
	}
	return l.editDaemonSet(ctx, func(t *corev1.PodTemplateSpec) error { return instrument(&t.ObjectMeta, &t.Spec, p) })
}

func manifest(c mutant.Component) string { return manifests + "/" + string(c) + ".yaml" }

// editManifest changes the manifest of a static pod, unless edit leaves it as it is.
func (l *Lab) editManifest(ctx context.Context, c mutant.Component, edit func(*corev1.Pod) error) error {
	before, err := l.node.read(ctx, manifest(c))
	if err != nil {
		return err
	}
	after, err := editPod(before, edit)
	if err != nil {
		return fmt.Errorf("%s: %w", manifest(c), err)
	}
	if string(after) == string(before) {
		return nil
	}
	// Not beside the manifest: the kubelet takes every file of the directory for one.
	aside := nodeDir + "/" + path.Base(manifest(c))
	if err := l.node.write(ctx, aside, string(after), 0o600); err != nil {
		return err
	}
	_, err = l.node.sh(ctx, "mv "+aside+" "+manifest(c))
	return err
}

// podsWork bounds the exchange of the control plane's pods, or of kube-proxy's. The API server goes last and comes
// first; it takes some 30 s.
const podsWork = 3 * time.Minute

// awaitStatic waits until the static pod with that digest, "" for the stock one, is ready.
func (l *Lab) awaitStatic(ctx context.Context, c mutant.Component, digest string) error {
	name := string(c) + "-" + l.node.name
	err := poll(ctx, podsWork, func(ctx context.Context) error {
		if c == mutant.APIServer {
			if _, err := l.client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx); err != nil {
				return err
			}
		}
		pod, err := l.client.CoreV1().Pods(system).Get(ctx, name, metav1.GetOptions{})
		switch {
		case err != nil:
			return err
		case pod.Annotations[programAnnotation] != digest:
			return fmt.Errorf("pod %s is still the one before", name)
		case !slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
			return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
		}):
			return fmt.Errorf("pod %s is not Ready", name)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s does not work: %w; it said:\n%s", c, err, l.logOf(ctx, name))
	}
	return nil
}

// logOf is the end of what the containers of a pod of the system wrote.
func (l *Lab) logOf(ctx context.Context, pod string) string {
	log, _ := l.node.sh(context.WithoutCancel(ctx), fmt.Sprintf("tail --quiet --lines 20 /var/log/pods/%s_%s*/*/*.log | tail --lines 30", system, pod))
	return log
}

const kubeProxy = "kube-proxy"

// editDaemonSet changes kube-proxy's pods, and waits until they are what they are to be.
func (l *Lab) editDaemonSet(ctx context.Context, edit func(*corev1.PodTemplateSpec) error) error {
	since := time.Now()
	sets := l.client.AppsV1().DaemonSets(system)
	set, err := sets.Get(ctx, kubeProxy, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return errors.New("the cluster has no DaemonSet kube-proxy: mutants of kube-proxy cannot be tried")
	}
	if err == nil {
		err = edit(&set.Spec.Template)
	}
	if err == nil {
		set, err = sets.Update(ctx, set, metav1.UpdateOptions{}) // one that changes nothing is none
	}
	if err != nil {
		return fmt.Errorf("change DaemonSet %s: %w", kubeProxy, err)
	}
	err = poll(ctx, podsWork, func(ctx context.Context) error {
		now, err := sets.Get(ctx, kubeProxy, metav1.GetOptions{})
		if err != nil {
			return err
		}
		return rolledOut(now, set.Generation)
	})
	if err != nil {
		return fmt.Errorf("%s does not work: %w; it said:\n%s", kubeProxy, err, l.logOf(ctx, kubeProxy))
	}
	l.say("%s works after %.1f s", kubeProxy, time.Since(since).Seconds())
	return nil
}

// rolledOut returns why the pods of a DaemonSet are not those of that generation yet.
func rolledOut(set *appsv1.DaemonSet, generation int64) error {
	s := set.Status
	if s.ObservedGeneration < generation || s.UpdatedNumberScheduled < s.DesiredNumberScheduled || s.NumberAvailable < s.DesiredNumberScheduled {
		return fmt.Errorf("of its %d pods %d are updated and %d available", s.DesiredNumberScheduled, s.UpdatedNumberScheduled, s.NumberAvailable)
	}
	return nil
}
