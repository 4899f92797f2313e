package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// OnNode runs a script of sh as root on the node. What it writes goes into the
// history as note "node"; a script that fails ends the scenario. It must not
// change what the scenario's end does not undo: see undoScript.
func OnNode(what, script string) Step {
	return needing(Step{Text: what, Do: func(ctx context.Context, x *Execution) error {
		out, err := x.onNode(ctx, what, "", nil, script)
		x.Recording.Note("node", "", "", map[string]string{"step": what, "stdout": out})
		return err
	}}, requirement.NeedNode)
}

// StopKubelet stops the kubelet. The step is called stop-kubelet.
func StopKubelet() Step {
	return needing(Step{Text: "stop the kubelet", Do: func(ctx context.Context, x *Execution) error {
		return x.service(ctx, "stop-kubelet", "systemctl stop kubelet", false)
	}}, requirement.NeedNode)
}

// StartKubelet starts the kubelet, or restarts it, and waits until the node works
// again. Until the scenario ends the given fields of a KubeletConfiguration, as
// YAML, replace those that were there. The step is called start-kubelet.
func StartKubelet(config string) Step {
	return needing(Step{Text: "start the kubelet", Do: func(ctx context.Context, x *Execution) error {
		if err := x.configureKubelet(ctx, config); err != nil {
			return err
		}
		return x.service(ctx, "start-kubelet", "systemctl restart kubelet", true)
	}}, requirement.NeedNode)
}

// RestartRuntime restarts containerd and waits until the node works again. The
// step is called restart-runtime.
func RestartRuntime() Step {
	return needing(Step{Text: "restart containerd", Do: func(ctx context.Context, x *Execution) error {
		return x.service(ctx, "restart-runtime", "systemctl restart containerd", true)
	}}, requirement.NeedNode)
}

func (x *Execution) service(ctx context.Context, name, command string, works bool) error {
	if err := x.guard(ctx); err != nil {
		return err
	}
	if _, err := x.onNode(ctx, name, "", nil, command); err != nil || !works {
		return err
	}
	end := x.Recording.Step("await-node", "", nil)
	err := x.awaitNode(ctx)
	end(err)
	return err
}

// configureKubelet changes fields of the kubelet's configuration file.
func (x *Execution) configureKubelet(ctx context.Context, fields string) error {
	config, change := map[string]any{}, map[string]any{}
	if err := yaml.UnmarshalStrict([]byte(fields), &change); err != nil || len(change) == 0 {
		return err
	}
	if err := x.guard(ctx); err != nil {
		return err
	}
	before, err := x.nodeScript(ctx, "read the kubelet's configuration", "cat "+kubeletConfig)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal([]byte(before), &config); err != nil {
		return fmt.Errorf("read the kubelet's configuration: %w", err)
	}
	maps.Copy(config, change)
	after, err := yaml.Marshal(config)
	if err != nil {
		return fmt.Errorf("configure the kubelet: %w", err)
	}
	_, err = x.onNode(ctx, "configure-kubelet", "", map[string]string{"config": fields}, fmt.Sprintf(`
[ -e %[1]s/config.yaml ] || cp -p %[2]s %[1]s/config.yaml
cat >%[2]s.hookcheck <<'END'
%[3]s
END
mv %[2]s.hookcheck %[2]s
`, nodeDir, kubeletConfig, after))
	return err
}

// StartLogind starts systemd-logind, which a kubelet needs to learn of a
// shutdown, until the scenario ends. It is to come before StartKubelet: the
// kubelet writes itself a drop-in for logind, which is removed too.
func StartLogind() Step {
	return needing(Step{Text: "start logind", Do: func(ctx context.Context, x *Execution) error {
		if err := x.guard(ctx); err != nil {
			return err
		}
		_, err := x.onNode(ctx, "start-logind", "", nil, fmt.Sprintf(`
[ -e %[2]s ] || touch %[1]s/logind-configured
systemctl is-active --quiet systemd-logind || { touch %[1]s/logind-started; systemctl start systemd-logind; }
`, nodeDir, logindDropIn))
		return err
	}}, requirement.NeedNode, requirement.NeedLogind)
}

// ShutDown lets logind seem to announce that the node shuts down, as it does
// before it (https://systemd.io/INHIBITOR_LOCKS/). The step is called shutdown.
func ShutDown() Step {
	return needing(Step{Text: "announce a shutdown", Do: func(ctx context.Context, x *Execution) error {
		if err := x.guard(ctx); err != nil {
			return err
		}
		_, err := x.onNode(ctx, "shutdown", "", nil, "busctl emit /org/freedesktop/login1 org.freedesktop.login1.Manager PrepareForShutdown b true")
		return err
	}}, requirement.NeedNode, requirement.NeedLogind)
}

// RestoreNode undoes now what the scenario changed on the node, as its end would,
// and waits until the node is Ready.
func RestoreNode() Step {
	return needing(Step{Text: "undo what was changed on the node", Do: func(ctx context.Context, x *Execution) error {
		end := x.Recording.Step("restore-node", "", nil)
		err := x.restoreNode(ctx)
		end(err)
		return err
	}}, requirement.NeedNode)
}

// KillSandbox kills the process that holds a pod's namespaces: its pause
// container. The step is called kill-sandbox.
func KillSandbox(pod string) Step {
	return needing(Step{Text: "kill the sandbox of " + pod, Do: func(ctx context.Context, x *Execution) error {
		uid, err := x.nodeUID(ctx, pod)
		if err != nil {
			return err
		}
		_, err = x.onNode(ctx, "kill-sandbox", pod, nil, fmt.Sprintf(`
id=$(ctr --namespace=k8s.io containers list --quiet 'labels."io.kubernetes.pod.uid"==%s,labels."io.cri-containerd.kind"==sandbox')
ctr --namespace=k8s.io tasks kill --signal SIGKILL "$id"`, uid))
		return err
	}}, requirement.NeedNode)
}

// AwaitStopped waits until no process of a pod's container runs on the node: for
// pods whose objects are gone.
func AwaitStopped(pod string, within time.Duration) Step {
	return needing(Step{Text: "await the end of " + pod + " on the node", Do: func(ctx context.Context, x *Execution) error {
		uid, err := x.nodeUID(ctx, pod)
		if err != nil {
			return err
		}
		return x.awaitOnNode(ctx, "await-stopped", pod, within, fmt.Sprintf(
			`ids=$(ctr --namespace=k8s.io containers list --quiet 'labels."io.kubernetes.pod.uid"==%s,labels."io.cri-containerd.kind"==container') || exit 1
			tasks=$(ctr --namespace=k8s.io tasks list) || exit 1
			for id in $ids; do if echo "$tasks" | grep -q "^$id .*RUNNING"; then exit 1; fi; done`, uid))
	}}, requirement.NeedNode)
}

// awaitOnNode waits until a script succeeds on the node. Expiry is no error: the
// history says so, as with every wait.
func (x *Execution) awaitOnNode(ctx context.Context, name, pod string, within time.Duration, script string) error {
	end := x.Recording.Step(name, pod, map[string]string{"within": within.String()})
	deadline := time.Now().Add(within)
	for {
		_, stderr, code, err := x.Shell.Run(ctx, script, "sh")
		switch {
		case err != nil:
			end(err)
			return err
		case code == 0:
			end(nil)
			return nil
		case time.Now().After(deadline):
			end(fmt.Errorf("not within %s: %s", within, strings.TrimSpace(stderr)))
			return nil
		}
		select {
		case <-ctx.Done():
			end(ctx.Err())
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// nodeUID waits for a pod's object and returns the UID by which the kubelet knows
// the pod: of a static pod not its mirror's.
func (x *Execution) nodeUID(ctx context.Context, pod string) (string, error) {
	uid := ""
	err := x.await(ctx, "await the object of "+pod, objectKnown, func(h *history.History) bool {
		p := h.Pod(pod)
		if p == nil { // the mirror of a static pod (kubelet/config/common.go generatePodName)
			p = h.Pod(pod + "-" + h.Header.Node)
		}
		if p == nil {
			return false
		}
		if uid = p.Annotations[corev1.MirrorPodAnnotationKey]; uid == "" {
			uid = string(p.UID)
		}
		return true
	})
	if err == nil && uid == "" {
		err = fmt.Errorf("no object of pod %s was seen", pod)
	}
	return uid, err
}

// objectKnown is how long the watch may take to bring an object that was just
// created.
const objectKnown = 10 * time.Second

// NodeResource gives the node an extended resource until the scenario ends.
func NodeResource(name string, amount int) Step {
	return needing(Step{Text: fmt.Sprintf("give the node %d of %s", amount, name), Do: func(ctx context.Context, x *Execution) error {
		end := x.Recording.Step("node-resource", "", map[string]string{"resource": name, "amount": strconv.Itoa(amount)})
		x.undo = append(x.undo, func(ctx context.Context) error { return x.nodeResource(ctx, name, nil) })
		quantity := strconv.Itoa(amount)
		err := x.nodeResource(ctx, name, &quantity)
		end(err)
		return err
	}}, requirement.NeedNodeStatus)
}

func (x *Execution) nodeResource(ctx context.Context, name string, amount *string) error {
	of := map[string]*string{name: amount}
	patch, err := json.Marshal(map[string]any{"status": map[string]any{"capacity": of, "allocatable": of}})
	if err != nil {
		return err
	}
	_, err = x.Client.CoreV1().Nodes().Patch(ctx, x.node(), types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	if err != nil {
		return fmt.Errorf("change resource %s of node %s: %w", name, x.node(), err)
	}
	return nil
}

// ExceedLimit fills the emptyDir volume of a pod with so many bytes, from the
// node.
func ExceedLimit(pod, volume string, bytes int) Step {
	return needing(Step{Text: "fill volume " + volume + " of " + pod, Do: func(ctx context.Context, x *Execution) error {
		uid, err := x.nodeUID(ctx, pod)
		if err != nil {
			return err
		}
		_, err = x.onNode(ctx, "fill", pod, nil, fmt.Sprintf("head -c %d /dev/zero >/var/lib/kubelet/pods/%s/volumes/kubernetes.io~empty-dir/%s/fill", bytes, uid, volume))
		return err
	}}, requirement.NeedNode)
}

// undoAll carries out what steps left to be undone, the latest first.
func (x *Execution) undoAll(ctx context.Context) error {
	var errs []error
	for i := len(x.undo) - 1; i >= 0; i-- {
		errs = append(errs, x.undo[i](ctx))
	}
	x.undo = nil
	return errors.Join(append(errs, x.restoreNode(ctx))...)
}
