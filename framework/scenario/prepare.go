package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/hookcheck/hookcheck/fixtures"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

const (
	// Finalizer keeps a pod's object after its containers have ended, so that
	// exit codes and journals can still be read.
	Finalizer = "hookcheck.dev/hold"
	// NoHold is the annotation of a pod that gets no finalizer, for
	// requirements about the removal of the object.
	NoHold = "hookcheck.dev/no-hold"
	// ThisNode is the spec.nodeName of a pod that the scheduler is not to see:
	// it stands for the node that the run judges.
	ThisNode = "node()"
	// ManagedByLabel and ManagedBy mark every object of ours.
	ManagedByLabel = "app.kubernetes.io/managed-by"
	ManagedBy      = "hookcheck"
	// HomeAnnotation on an object that is in no namespace, or is one, names the
	// namespace of its run, where the run gives its signs of life.
	HomeAnnotation = "hookcheck.dev/home"
	// RunLabel holds the id of the run that an object belongs to.
	RunLabel = "hookcheck.dev/run"
)

// A Preparation is what a run changes in every fixture before it is created.
// The manifests themselves are what `kubectl apply` takes.
type Preparation struct {
	// Run is the run's id.
	Run string
	// Images maps the references that manifests name to those to use.
	Images map[string]string
	// Node is the node that the run judges; pods are pinned to it by its name,
	// which needs no label of it and no right to read it.
	Node string
	// RuntimeClass, where it is not empty, is that of every pod.
	RuntimeClass string
}

// prepare reads a scenario's manifest and makes its objects ready to create.
func (p Preparation) prepare(s *Scenario) ([]*unstructured.Unstructured, error) {
	objects, err := ReadFixture(s.Name)
	if err != nil {
		return nil, err
	}
	if err := p.perRun(objects); err != nil {
		return nil, fmt.Errorf("fixture %s: %w", s.Name, err)
	}
	for _, o := range objects {
		labels := o.GetLabels()
		if labels == nil {
			labels = map[string]string{}
		}
		for k, v := range p.Labels(s) {
			labels[k] = v
		}
		o.SetLabels(labels)
		set := p.template
		if asked(o) {
			set = p.question
		}
		if err := set(s, o); err != nil {
			return nil, fmt.Errorf("fixture %s: %s %s: %w", s.Name, o.GetKind(), o.GetName(), err)
		}
	}
	return objects, nil
}

// template prepares a pod, or the pod template of a workload.
func (p Preparation) template(s *Scenario, o *unstructured.Unstructured) error {
	path := []string{"spec", "template"}
	if o.GetKind() == "Pod" {
		path = nil
	}
	content, found, err := unstructured.NestedMap(o.Object, path...)
	if err != nil || !found {
		return err
	}
	var pod corev1.Pod // a template is a pod without kind and status
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(content, &pod, true); err != nil {
		return err
	}
	if pod.Labels == nil {
		pod.Labels = map[string]string{}
	}
	for k, v := range p.Labels(s) {
		pod.Labels[k] = v
	}
	if pod.Annotations[NoHold] == "" {
		pod.Finalizers = append(pod.Finalizers, Finalizer)
	}
	p.Pod(&pod, !s.AsWritten)
	prepared, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&pod)
	if err != nil {
		return err
	}
	if path == nil {
		o.Object = prepared
		return nil
	}
	delete(prepared, "status")
	return unstructured.SetNestedMap(o.Object, prepared, path...)
}

// Labels returns the labels of a scenario's objects.
func (p Preparation) Labels(s *Scenario) map[string]string {
	return map[string]string{ManagedByLabel: ManagedBy, RunLabel: p.Run, recorder.ScenarioLabel: s.Label()}
}

// Pod sets images, node and runtime class of a pod and, where harden is set, the
// security context of the restricted Pod Security Standard where the fixture does
// not say otherwise (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
func (p Preparation) Pod(pod *corev1.Pod, harden bool) {
	off := false
	spec := &pod.Spec
	spec.AutomountServiceAccountToken = &off
	if p.RuntimeClass != "" {
		spec.RuntimeClassName = &p.RuntimeClass
	}
	if spec.NodeName == ThisNode {
		spec.NodeName = p.Node
	}
	if p.Node != "" && spec.NodeName == "" && (spec.Affinity == nil || spec.Affinity.NodeAffinity == nil) && len(spec.NodeSelector) == 0 {
		if spec.Affinity == nil {
			spec.Affinity = &corev1.Affinity{}
		}
		spec.Affinity.NodeAffinity = &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{
			NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchFields: []corev1.NodeSelectorRequirement{
				{Key: metav1.ObjectNameField, Operator: corev1.NodeSelectorOpIn, Values: []string{p.Node}}}}}}}
	}
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			c := &list[i]
			if use, ok := p.Images[c.Image]; ok {
				c.Image = use
			}
			if harden && c.SecurityContext == nil {
				c.SecurityContext = &corev1.SecurityContext{AllowPrivilegeEscalation: &off,
					Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}
			}
		}
	}
	if harden && spec.SecurityContext == nil {
		on := true
		spec.SecurityContext = &corev1.PodSecurityContext{RunAsNonRoot: &on,
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}}
	}
}

// ReadFixture parses the manifest of a scenario. Pods are parsed strictly: an
// unknown field is an error, unless they are only asked about.
func ReadFixture(name string) ([]*unstructured.Unstructured, error) {
	data, err := fixtures.Manifest(name)
	if err != nil {
		return nil, err
	}
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		o := &unstructured.Unstructured{}
		err := decoder.Decode(&o.Object)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("fixture %s: %w", name, err)
		}
		if len(o.Object) == 0 {
			continue
		}
		switch {
		case asked(o):
			err = checkAsked(o)
		case o.GetKind() == "Pod":
			_, err = ToPod(o)
		}
		if err != nil {
			return nil, fmt.Errorf("fixture %s: %s %s: %w", name, strings.ToLower(o.GetKind()), o.GetName(), err)
		}
		objects = append(objects, o)
	}
	if len(objects) == 0 {
		return nil, fmt.Errorf("fixture %s has no objects", name)
	}
	return objects, nil
}
