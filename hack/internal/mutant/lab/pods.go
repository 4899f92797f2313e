package lab

import (
	"fmt"
	"path"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const (
	// programAnnotation has the digest of the program that a pod runs in place of its own. Another digest is another
	// pod, which a program of the same name would not be.
	programAnnotation = "hookcheck.dev/program"
	// stockAnnotation has the command that the pod ran before.
	stockAnnotation = "hookcheck.dev/stock"
	// volumeName is that of the node's directory.
	volumeName = "hookcheck"
)

// editPod changes a manifest. The text stays the same, byte for byte, where the pod does.
func editPod(text []byte, edit func(*corev1.Pod) error) ([]byte, error) {
	var pod corev1.Pod
	if err := yaml.UnmarshalStrict(text, &pod); err != nil {
		return nil, err
	}
	before, err := yaml.Marshal(&pod)
	if err != nil {
		return nil, err
	}
	if err := edit(&pod); err != nil {
		return nil, err
	}
	after, err := yaml.Marshal(&pod)
	if err != nil || slices.Equal(after, before) {
		return text, err
	}
	return after, nil
}

// instrument lets the first container of a pod run the program in the node's directory in place of the one of the same
// name in its image.
func instrument(meta *metav1.ObjectMeta, spec *corev1.PodSpec, p program) error {
	if len(spec.Containers) == 0 || len(spec.Containers[0].Command) == 0 || path.Base(spec.Containers[0].Command[0]) != p.name {
		return fmt.Errorf("its first container does not run %s: this is not kubeadm's pod", p.name)
	}
	restore(meta, spec)
	if meta.Annotations == nil {
		meta.Annotations = map[string]string{}
	}
	c := &spec.Containers[0]
	meta.Annotations[programAnnotation], meta.Annotations[stockAnnotation] = p.digest, c.Command[0]
	c.Command[0] = binDir + "/" + p.name
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: volumeName, MountPath: nodeDir, ReadOnly: true})
	directory := corev1.HostPathDirectory
	spec.Volumes = append(spec.Volumes, corev1.Volume{Name: volumeName, VolumeSource: corev1.VolumeSource{
		HostPath: &corev1.HostPathVolumeSource{Path: nodeDir, Type: &directory}}})
	return nil
}

// restore undoes what instrument did.
func restore(meta *metav1.ObjectMeta, spec *corev1.PodSpec) {
	stock := meta.Annotations[stockAnnotation]
	if stock == "" {
		return
	}
	delete(meta.Annotations, programAnnotation)
	delete(meta.Annotations, stockAnnotation)
	c := &spec.Containers[0]
	c.Command[0] = stock
	c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == volumeName })
	spec.Volumes = slices.DeleteFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Name == volumeName })
}
