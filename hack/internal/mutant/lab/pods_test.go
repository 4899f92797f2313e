package lab

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// schedulerManifest is what kubeadm writes, in short.
const schedulerManifest = `apiVersion: v1
kind: Pod
metadata:
  labels:
    component: kube-scheduler
  name: kube-scheduler
  namespace: kube-system
spec:
  containers:
  - command:
    - kube-scheduler
    - --leader-elect=true
    image: registry.k8s.io/kube-scheduler:v1.36.4
    name: kube-scheduler
    volumeMounts:
    - mountPath: /etc/kubernetes/scheduler.conf
      name: kubeconfig
      readOnly: true
  hostNetwork: true
  volumes:
  - hostPath:
      path: /etc/kubernetes/scheduler.conf
      type: FileOrCreate
    name: kubeconfig
status: {}
`

func edited(t *testing.T, text string, edit func(*corev1.Pod) error) string {
	t.Helper()
	after, err := editPod([]byte(text), edit)
	if err != nil {
		t.Fatal(err)
	}
	return string(after)
}

func with(digest string) func(*corev1.Pod) error {
	return func(pod *corev1.Pod) error {
		return instrument(&pod.ObjectMeta, &pod.Spec, program{name: "kube-scheduler", digest: digest})
	}
}

func TestInstrument(t *testing.T) {
	one := edited(t, schedulerManifest, with("d1"))
	var pod corev1.Pod
	if err := yaml.UnmarshalStrict([]byte(one), &pod); err != nil {
		t.Fatal(err)
	}
	c := pod.Spec.Containers[0]
	if c.Command[0] != "/opt/hookcheck/bin/kube-scheduler" || c.Command[1] != "--leader-elect=true" || c.Image != "registry.k8s.io/kube-scheduler:v1.36.4" {
		t.Errorf("command %q, image %s", c.Command, c.Image)
	}
	if m := c.VolumeMounts[1]; len(c.VolumeMounts) != 2 || m.MountPath != "/opt/hookcheck" || !m.ReadOnly || m.Name != pod.Spec.Volumes[1].Name || pod.Spec.Volumes[1].HostPath.Path != "/opt/hookcheck" {
		t.Errorf("mounts %+v, volumes %+v", c.VolumeMounts, pod.Spec.Volumes)
	}
	if pod.Annotations["hookcheck.dev/program"] != "d1" {
		t.Errorf("annotations %v", pod.Annotations)
	}
	if again := edited(t, one, with("d1")); again != one {
		t.Errorf("the second time it is another one:\n%s", again)
	}
	two := edited(t, one, with("d2"))
	if strings.Count(two, "/opt/hookcheck/bin") != 1 || strings.Count(two, "name: hookcheck\n") != 2 || !strings.Contains(two, "d2") || strings.Contains(two, "d1") {
		t.Errorf("another program in its place:\n%s", two)
	}
	back := edited(t, two, func(pod *corev1.Pod) error { restore(&pod.ObjectMeta, &pod.Spec); return nil })
	if plain := edited(t, schedulerManifest, func(*corev1.Pod) error { return nil }); plain != schedulerManifest {
		t.Errorf("not left alone:\n%s", plain)
	}
	var before, after corev1.Pod
	if err := yaml.Unmarshal([]byte(schedulerManifest), &before); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(back), &after); err != nil {
		t.Fatal(err)
	}
	after.Annotations = nil // an empty map
	if a, b := marshal(t, before), marshal(t, after); a != b {
		t.Errorf("put back it is\n%s\nwas\n%s", b, a)
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	data, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestInstrumentRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"another program": strings.Replace(schedulerManifest, "- kube-scheduler\n", "- /bin/sh\n", 1),
		"no command":      "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: x}]}\n",
		"no container":    "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {}\n",
		"no pod":          "nonsense: 1\n",
		"no YAML":         "{",
	} {
		if after, err := editPod([]byte(text), with("d1")); err == nil {
			t.Errorf("%s: accepted\n%s", name, after)
		}
	}
	if _, err := editPod([]byte(strings.Replace(schedulerManifest, "- kube-scheduler\n", "- /usr/local/bin/kube-scheduler\n", 1)), with("d1")); err != nil {
		t.Errorf("with its path: %v", err)
	}
}

func TestRolledOut(t *testing.T) {
	for _, tc := range []struct {
		observed                    int64
		desired, updated, available int32
		want                        string
	}{
		{2, 1, 1, 1, ""},
		{1, 1, 1, 1, "of its 1 pods 1 are updated and 1 available"},
		{2, 1, 0, 1, "0 are updated"},
		{3, 2, 2, 1, "1 available"},
	} {
		set := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Generation: 2}, Status: appsv1.DaemonSetStatus{ObservedGeneration: tc.observed,
			DesiredNumberScheduled: tc.desired, UpdatedNumberScheduled: tc.updated, NumberAvailable: tc.available}}
		err := rolledOut(set, 2)
		if (tc.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: error %v", tc, err)
		}
	}
}
