package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

// An Execution is one scenario being carried through in a cluster.
type Execution struct {
	Client    kubernetes.Interface
	Dynamic   dynamic.Interface
	Mapper    meta.RESTMapper
	Config    *rest.Config
	Namespace string
	Recording *recorder.Recording
	// Created is told the creationTimestamp of each pod, and between which
	// times of our clock the API server gave it.
	Created func(stamp, begin, end time.Time)
	// Watch makes the recording hold what happens in one more namespace.
	Watch func(ctx context.Context, namespace string) error

	// Shell runs commands on the node; nil where that cannot be done.
	Shell Shell

	serviceIPs  map[string]string // of the Services that were created
	label       string
	preparation Preparation
	fixture     []*unstructured.Unstructured
	undo        []func(context.Context) error // what Clean does first
	changed     bool                          // something on the node
	unheld      []string                      // journals that HoldJournal did not find
}

// Run carries the steps through. The error is why that was not possible; the
// recording holds what there is up to then.
func (s *Scenario) Run(ctx context.Context, x *Execution, p Preparation) error {
	fixture, err := p.prepare(s)
	if err != nil {
		return err
	}
	x.label, x.preparation, x.fixture = s.Label(), p, fixture
	for _, step := range s.Steps {
		if err := step.Do(ctx, x); err != nil {
			if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
				err = cause
			}
			return fmt.Errorf("%s: %w", step.Text, err)
		}
	}
	return nil
}

// create creates one object of the fixture and writes that down.
func (x *Execution) create(ctx context.Context, o *unstructured.Unstructured) error {
	gvk := o.GroupVersionKind()
	mapping, err := x.Mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return fmt.Errorf("create %s %s: %w", gvk.Kind, o.GetName(), err)
	}
	pod := ""
	if gvk.Kind == "Pod" {
		pod = o.GetName()
	}
	end := x.Recording.Step("create", pod, map[string]string{"kind": gvk.Kind, "name": o.GetName()})
	begin := time.Now()
	if o, err = x.resolve(o); err != nil {
		end(err)
		return fmt.Errorf("create %s %s: %w", gvk.Kind, o.GetName(), err)
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		o = o.DeepCopy()
		annotate(o, HomeAnnotation, x.Namespace)
	}
	if err := x.written(o); err != nil {
		end(err)
		return fmt.Errorf("create %s %s: %w", gvk.Kind, o.GetName(), err)
	}
	created, err := x.submit(ctx, x.resource(mapping, o), o)
	end(err)
	if err != nil {
		return fmt.Errorf("create %s %s: %w", gvk.Kind, o.GetName(), err)
	}
	if ip, _, _ := unstructured.NestedString(created.Object, "spec", "clusterIP"); gvk.Kind == "Service" && ip != "" {
		if x.serviceIPs == nil {
			x.serviceIPs = map[string]string{}
		}
		x.serviceIPs[o.GetName()] = ip
	}
	if gvk.Kind == kindNamespace {
		return x.enter(ctx, o.GetName())
	}
	if pod != "" && x.Created != nil {
		x.Created(created.GetCreationTimestamp().Time, begin, time.Now())
	}
	return nil
}

// resource is the client for an object of the fixture: in its namespace where it
// names one, else in the run's.
func (x *Execution) resource(mapping *meta.RESTMapping, o *unstructured.Unstructured) dynamic.ResourceInterface {
	switch {
	case mapping.Scope.Name() == meta.RESTScopeNameRoot:
		return x.Dynamic.Resource(mapping.Resource)
	case o.GetNamespace() != "":
		return x.Dynamic.Resource(mapping.Resource).Namespace(o.GetNamespace())
	}
	return x.Dynamic.Resource(mapping.Resource).Namespace(x.Namespace)
}

// pods returns the names, or those of all pods that were created so far.
func (x *Execution) pods(names []string) (all []string) {
	x.Recording.Read(func(h *history.History) { all = x.podsOf(h, names) })
	return all
}

// podsOf is pods for a history: the fixture's pods that were created, and those
// that a controller made.
func (x *Execution) podsOf(h *history.History, names []string) []string {
	if len(names) > 0 {
		return names
	}
	all := h.Pods()
	for _, e := range h.All(history.StepBegin("create")) {
		if e.Pod != "" && !slices.Contains(all, e.Pod) {
			all = append(all, e.Pod)
		}
	}
	return all
}

// hopeless is how long a wait goes on though a pod's image cannot be had. The
// kubelet's second try comes 10 s after the first, and may succeed.
const hopeless = 20 * time.Second

// await waits and writes the wait down. Expiry is an error only where the
// environment is to blame.
func (x *Execution) await(ctx context.Context, name string, within time.Duration, is func(*history.History) bool) error {
	end := x.Recording.Step(name, "", map[string]string{"within": within.String()})
	began := time.Now()
	deadline := began.Add(within)
	for {
		until := time.Now().Add(hopeless)
		if until.After(deadline) {
			until = deadline
		}
		limited, cancel := context.WithDeadline(ctx, until)
		err := x.Recording.Await(limited, is)
		cancel()
		switch {
		case err == nil:
			end(nil)
			return nil
		case ctx.Err() != nil:
			end(err)
			return ctx.Err()
		}
		var blame error
		x.Recording.Read(func(h *history.History) { blame = environment(h) })
		expired := !time.Now().Before(deadline)
		if expired || errors.Is(blame, errNoImage) {
			end(fmt.Errorf("not within %s", time.Since(began).Round(time.Second)))
			return blame
		}
	}
}

// errNoImage marks the error about a pod whose image cannot be had.
var errNoImage = errors.New("the image cannot be had")

// badReasons are waiting reasons and Events that tell that a container could
// not be started at all, which says nothing of hooks.
var badReasons = []string{"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName",
	"CreateContainerConfigError", "CreateContainerError", "RunContainerError",
	"FailedScheduling", "FailedCreatePodSandBox", "FailedMount", "FailedAttachVolume"}

// hookReasons are Events of a hook that the kubelet has run. Whatever became of
// the container then, hooks are what is judged.
var hookReasons = []string{"FailedPostStartHook", "FailedPreStopHook"}

// environment returns why a pod of the history never started, or nil where all
// did, or came as far as a hook.
func environment(h *history.History) error {
	for _, name := range h.Pods() {
		if h.First(history.Running().Of(name)) != nil || h.First(history.Terminated().Of(name)) != nil ||
			h.First(history.KubeEvent("Started").Of(name)) != nil ||
			slices.ContainsFunc(hookReasons, func(reason string) bool { return h.First(history.KubeEvent(reason).Of(name)) != nil }) {
			continue
		}
		var reasons []string
		for i := range h.Events {
			e := &h.Events[i]
			switch {
			case e.Pod != name:
			case e.Kind == history.KindState && e.Name == "waiting" && slices.Contains(badReasons, e.Fields["reason"]):
				reasons = append(reasons, e.Fields["reason"]+": "+e.Fields["message"])
			case e.Kind == history.KindEvent && slices.Contains(badReasons, e.Name):
				reasons = append(reasons, e.Name+": "+e.EventObject.Message)
			}
		}
		if len(reasons) == 0 {
			return fmt.Errorf("pod %s never started, and no event says why", name)
		}
		slices.Sort(reasons)
		why := strings.Join(slices.Compact(reasons), "; ")
		if strings.Contains(why, "ImagePull") {
			return fmt.Errorf("pod %s never started, %w: %s", name, errNoImage, why)
		}
		return fmt.Errorf("pod %s never started: %s", name, why)
	}
	return nil
}

// Clean undoes what the scenario changed on the node, and removes what it created:
// finalizers first, then the objects, without waiting for the containers. It is called however the scenario ended.
func (x *Execution) Clean(ctx context.Context, label string) error {
	errs := []error{x.undoAll(ctx)}
	selector := metav1.ListOptions{LabelSelector: recorder.ScenarioLabel + "=" + label}
	for _, namespace := range append(x.spaces(), x.Namespace) {
		pods, err := x.Client.CoreV1().Pods(namespace).List(ctx, selector)
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("clean up after %s: %w", label, err))...)
		}
		for i := range pods.Items {
			errs = append(errs, DiscardPod(ctx, x.Client, &pods.Items[i]))
		}
	}
	for _, o := range x.fixture {
		gvk := o.GroupVersionKind()
		if gvk.Kind == "Pod" {
			continue
		}
		mapping, err := x.Mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		background := metav1.DeletePropagationBackground
		err = x.resource(mapping, o).Delete(ctx, o.GetName(), metav1.DeleteOptions{PropagationPolicy: &background})
		if err != nil && !apierrors.IsNotFound(err) {
			errs = append(errs, fmt.Errorf("delete %s %s: %w", gvk.Kind, o.GetName(), err))
		}
	}
	return errors.Join(errs...)
}

// DiscardPod removes a pod of ours for good: its finalizer, then the object. A
// pod that is already gone is no error.
func DiscardPod(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod) error {
	if err := releasePod(ctx, client, pod.Namespace, pod.Name); err != nil {
		return err
	}
	now := int64(0)
	err := client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete pod %s: %w", pod.Name, err)
	}
	return nil
}

// ToPod converts a pod of a fixture.
func ToPod(o *unstructured.Unstructured) (*corev1.Pod, error) {
	var pod corev1.Pod
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(o.Object, &pod, true); err != nil {
		return nil, err
	}
	return &pod, nil
}
