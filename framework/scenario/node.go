package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/hookcheck/hookcheck/framework/history"
)

// A Shell runs commands on the node that a run judges.
type Shell interface {
	// Run runs a command as root, with stdin unless it is empty. It returns what
	// the command wrote and its exit code; an error only where it could not be
	// run.
	Run(ctx context.Context, stdin string, command ...string) (stdout, stderr string, code int, err error)
}

// What a scenario changes on the node is undone by a script that lies there from
// before the first change on. The scenario's end runs it, an interrupted run's
// end too. Of a killed runner's changes nothing is left either: a timer of the
// node's systemd runs the script undoAfter the last change, unless the next run
// or `hookcheck cleanup` was earlier.
const (
	// nodeDir is where we keep our things on a node, on the file system that
	// also has the kubelet's, so that hard links can be made.
	nodeDir = "/var/lib/kubelet/hookcheck"
	// undoAfter is longer than a scenario waits between two changes, and
	// shorter than what a node shutdown waits for the pod that holds it up.
	undoAfter = 3 * time.Minute

	kubeletConfig   = "/var/lib/kubelet/config.yaml" // kubeadm's place
	staticPods      = "/etc/kubernetes/manifests"    // kubeadm's value of staticPodPath
	staticPrefix    = staticPods + "/hookcheck-"
	logindDropIn    = "/etc/systemd/logind.conf.d/99-kubelet.conf" // the kubelet's (nodeshutdown/systemd/inhibit_linux.go)
	kubeletHealthz  = "http://127.0.0.1:10248/healthz"
	healthyWithin   = 90 * time.Second
	nodeCommandTime = 2 * time.Minute
)

// undoScript puts everything back that steps of this package may have changed.
// It may run at any time, also twice. It does not remove static pods' mirrors:
// the kubelet does.
var undoScript = strings.NewReplacer("DIR", nodeDir, "CONFIG", kubeletConfig, "STATIC", staticPrefix, "LOGIND", logindDropIn).Replace(`
rm -f STATIC*
restart=
if [ -f DIR/config.yaml ]; then
  cp DIR/config.yaml CONFIG.hookcheck && mv CONFIG.hookcheck CONFIG && restart=yes
fi
systemctl is-active --quiet containerd || systemctl start containerd
systemctl is-active --quiet kubelet || restart=yes
if [ -n "$restart" ]; then systemctl restart kubelet; fi
if [ -f DIR/logind-configured ]; then
  rm -f LOGIND
  systemctl kill --signal=HUP systemd-logind || :
fi
if [ -f DIR/logind-started ]; then systemctl stop systemd-logind; fi
rm -rf DIR
`)

// onNode runs a script of sh on the node and writes step and answer down: the
// step is called name. A script that fails is an error.
func (x *Execution) onNode(ctx context.Context, name, pod string, fields map[string]string, script string) (string, error) {
	end := x.Recording.Step(name, pod, fields)
	out, err := x.nodeScript(ctx, name, script)
	end(err)
	return out, err
}

func (x *Execution) nodeScript(ctx context.Context, name, script string) (string, error) {
	if x.Shell == nil {
		return "", fmt.Errorf("%s: no command can be run on the node", name)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, nodeCommandTime, fmt.Errorf("not done within %s", nodeCommandTime))
	defer cancel()
	out, stderr, code, err := x.Shell.Run(ctx, script, "sh", "-eu")
	if err == nil && code != 0 {
		err = fmt.Errorf("%s: the node's answer is exit code %d: %s", name, code, strings.TrimSpace(stderr+"\n"+out))
	}
	return out, err
}

// guard puts the undo script on the node and winds its timer up anew. Each step
// that changes the node begins with it.
func (x *Execution) guard(ctx context.Context) error {
	x.changed = true
	script := fmt.Sprintf(`
mkdir -p %[1]s
echo %[2]s >%[1]s/namespace
cat >%[1]s/undo.new <<'END'%[3]sEND
mv %[1]s/undo.new %[1]s/undo
systemctl stop hookcheck-undo.timer 2>/dev/null || :
systemctl reset-failed hookcheck-undo.service 2>/dev/null || :
systemd-run --quiet --collect --unit=hookcheck-undo --on-active=%[4]d --timer-property=AccuracySec=1s sh %[1]s/undo
`, nodeDir, x.Namespace, undoScript, int(undoAfter.Seconds()))
	_, err := x.nodeScript(ctx, "put the undo script on the node", script)
	return err
}

// restoreNode undoes what the scenario changed on the node, and waits until the
// node can be used again.
func (x *Execution) restoreNode(ctx context.Context) error {
	if !x.changed {
		return nil
	}
	x.changed = false
	if err := Mend(ctx, x.Shell); err != nil {
		return err
	}
	return x.awaitNode(ctx)
}

// Unmended returns the namespace of the run that changed something on the node
// which is not undone, or "".
func Unmended(ctx context.Context, shell Shell) (namespace string, err error) {
	out, stderr, code, err := shell.Run(ctx, "", "sh", "-c", "cat "+nodeDir+"/namespace 2>/dev/null || [ ! -e "+nodeDir+"/undo ] || echo '?'")
	if err == nil && code != 0 {
		err = errors.New(strings.TrimSpace(stderr))
	}
	if err != nil {
		return "", fmt.Errorf("look for what a run left on the node: %w", err)
	}
	return strings.TrimSpace(out), nil
}

// Mend undoes what a scenario changed on the node.
func Mend(ctx context.Context, shell Shell) error {
	_, stderr, code, err := shell.Run(ctx, "", "sh", "-c",
		"if [ -e "+nodeDir+"/undo ]; then sh "+nodeDir+"/undo; fi; systemctl stop hookcheck-undo.timer 2>/dev/null || :")
	if err == nil && code != 0 {
		err = errors.New(strings.TrimSpace(stderr))
	}
	if err != nil {
		return fmt.Errorf("undo what was changed on the node (its systemd tries again within %s): %w", undoAfter, err)
	}
	return nil
}

// awaitNode waits until the kubelet answers, the API says that the node is Ready,
// and the kubelet has taken up all pods of the node: what is asked of it before
// meets pods that it has yet to admit, and may refuse though they run.
func (x *Execution) awaitNode(ctx context.Context) error {
	if _, err := x.nodeScript(ctx, "wait for the kubelet", fmt.Sprintf(
		"timeout %d sh -c 'until curl --silent --fail --max-time 2 --output /dev/null %s; do sleep 0.2; done'", int(healthyWithin.Seconds()), kubeletHealthz)); err != nil {
		return err
	}
	why, settled := "", 0
	err := wait.PollUntilContextTimeout(ctx, 300*time.Millisecond, healthyWithin, true, func(ctx context.Context) (bool, error) {
		if why = x.unsettled(ctx); why != "" {
			settled = 0
			return false, nil
		}
		settled++
		return settled == 2, nil // a pod is listed right before it is admitted
	})
	if err != nil {
		return fmt.Errorf("node %s does not work again within %s: %s", x.node(), healthyWithin, why)
	}
	return nil
}

// unsettled says what is missing until the node works as before.
func (x *Execution) unsettled(ctx context.Context) string {
	node, err := x.Client.CoreV1().Nodes().Get(ctx, x.node(), metav1.GetOptions{})
	if err != nil {
		return err.Error()
	}
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady && c.Status != corev1.ConditionTrue {
			return fmt.Sprintf("it is not Ready: %s", c.Message)
		}
	}
	pods, err := x.Client.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + node.Name})
	if apierrors.IsForbidden(err) {
		return "" // it stays unknown
	}
	if err != nil {
		return err.Error()
	}
	body, err := x.kubeletPods(ctx, node.Name)
	if apierrors.IsForbidden(err) {
		return ""
	}
	if err != nil {
		return err.Error()
	}
	var known corev1.PodList
	if err := json.Unmarshal(body, &known); err != nil {
		return err.Error()
	}
	for _, p := range pods.Items {
		if p.Annotations[corev1.MirrorPodAnnotationKey] != "" { // is listed by the static pod's UID
			continue
		}
		if !slices.ContainsFunc(known.Items, func(k corev1.Pod) bool { return k.UID == p.UID }) {
			return fmt.Sprintf("its kubelet does not know pod %s/%s", p.Namespace, p.Name)
		}
	}
	return ""
}

// kubeletPods asks the kubelet for the pods that it knows, as a PodList in JSON.
func (x *Execution) kubeletPods(ctx context.Context, node string) ([]byte, error) {
	return x.Client.CoreV1().RESTClient().Get().Resource("nodes").Name(node).SubResource("proxy").Suffix("pods").DoRaw(ctx)
}

// node is the name of the node that is judged.
func (x *Execution) node() (name string) {
	x.Recording.Read(func(h *history.History) { name = h.Header.Node })
	return name
}
