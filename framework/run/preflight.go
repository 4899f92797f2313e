package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/hookcheck/hookcheck/framework/gate"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

const (
	// preflightWithin bounds the start of the first pod, the pull of its image
	// (8 MB) included.
	preflightWithin = 90 * time.Second
	// hopeless is how long a reason such as ErrImagePull may stand before the
	// preflight gives up on it: the kubelet may report a pull as failed that
	// succeeds at the next try.
	hopeless = 15 * time.Second
	// clockSamples is how often the node's clock is read. The shortest of them
	// decides; five take about 0.3 s.
	clockSamples = 5
)

// preflight starts a pod and finds out: that the agent's image can be had, on
// which node the pods run, what the cluster allows, how the clocks stand.
func (s *Session) preflight(ctx context.Context) error {
	objects, err := scenario.ReadFixture("preflight")
	if err != nil {
		return err
	}
	pod, err := scenario.ToPod(objects[0])
	if err != nil {
		return err
	}
	pod.Namespace, pod.Labels = s.space.name, s.space.labels()
	if s.o.Node != "" {
		if _, err := s.client.CoreV1().Nodes().Get(ctx, s.o.Node, metav1.GetOptions{}); err != nil && !apierrors.IsForbidden(err) {
			return fmt.Errorf("--node: %w", err)
		}
		s.prepare.Node = s.o.Node
	}
	if s.o.RuntimeClass != "" {
		if _, err := s.client.NodeV1().RuntimeClasses().Get(ctx, s.o.RuntimeClass, metav1.GetOptions{}); err != nil && !apierrors.IsForbidden(err) {
			return fmt.Errorf("--runtime-class: %w", err)
		}
	}
	s.prepare.Pod(pod, true)
	begin := time.Now()
	created, err := s.client.CoreV1().Pods(pod.Namespace).Create(ctx, pod, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("create a first pod: %w", err)
	}
	s.meter.pod(created.UID)
	s.clocks.created(created.CreationTimestamp.Time, begin, time.Now())
	running, err := s.awaitFirstPod(ctx, created)
	if err != nil {
		return err
	}
	arrived := time.Now()
	if s.Node, err = s.client.CoreV1().Nodes().Get(ctx, running.Spec.NodeName, metav1.GetOptions{}); err != nil {
		// Confined to a namespace we may not read nodes: the pod names its node,
		// and the server's version stands for the kubelet's.
		version, verr := s.client.Discovery().ServerVersion()
		if verr != nil {
			return fmt.Errorf("ask the API server for its version: %w", verr)
		}
		s.Node = &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: running.Spec.NodeName}}
		s.Node.Status.NodeInfo.KubeletVersion = version.GitVersion
		s.o.Sink.Warn(fmt.Sprintf("node %s cannot be read (%v): the API server's version is taken for the kubelet's", running.Spec.NodeName, err))
	}
	s.prepare.Node = s.Node.Name

	kubelet, err := s.kubeletVersion()
	if err != nil {
		return err
	}
	probe := pod.DeepCopy()
	probe.Name += "-probe"
	if s.Facts, err = gate.Probe(ctx, s.client, gate.Target{Namespace: s.space.name,
		Node: s.Node.Name, Kubelet: kubelet, Pod: probe, Missing: s.nodeAccess(ctx)}); err != nil {
		return err
	}
	s.readNodeClock(ctx, running, begin, arrived)
	return scenario.DiscardPod(ctx, s.client, running)
}

// kubeletVersion is the version whose behaviour is asked for: the kubelet's own.
// Other implementations put there what they like; of them is asked what the API
// server's version has.
func (s *Session) kubeletVersion() (string, error) {
	own := s.Node.Status.NodeInfo.KubeletVersion
	if _, err := utilversion.ParseGeneric(own); err == nil {
		return own, nil
	}
	server, err := s.client.Discovery().ServerVersion()
	if err != nil {
		return "", fmt.Errorf("ask the API server for its version: %w", err)
	}
	s.o.Sink.Warn(fmt.Sprintf("node %s gives %q as the version of its kubelet, which is none of Kubernetes: it is judged as %s", s.Node.Name, own, server.GitVersion))
	return server.GitVersion, nil
}

// awaitFirstPod waits until the container runs. The error says why it does not.
func (s *Session) awaitFirstPod(ctx context.Context, pod *corev1.Pod) (*corev1.Pod, error) {
	var seen *corev1.Pod
	bad, since := "", time.Time{}
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, preflightWithin, true, func(ctx context.Context) (bool, error) {
		p, err := s.client.CoreV1().Pods(pod.Namespace).Get(ctx, pod.Name, metav1.GetOptions{})
		if err != nil {
			return false, fmt.Errorf("read pod %s: %w", pod.Name, err)
		}
		seen = p
		if len(p.Status.ContainerStatuses) > 0 && p.Status.ContainerStatuses[0].State.Running != nil {
			return true, nil
		}
		if p.Status.Phase == corev1.PodFailed || p.Status.Phase == corev1.PodSucceeded {
			return false, fmt.Errorf("the first pod ended at once: phase %s, %s%s", p.Status.Phase, p.Status.Reason, p.Status.Message)
		}
		why := stuck(p)
		if why != bad {
			bad, since = why, time.Now()
		}
		if bad != "" && time.Since(since) > hopeless {
			return false, fmt.Errorf("the first pod cannot start: %s", bad)
		}
		return false, nil
	})
	switch {
	case err == nil:
		return seen, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case wait.Interrupted(err):
		return nil, fmt.Errorf("the first pod did not run within %s: %s", preflightWithin, s.eventsOf(ctx, pod))
	default:
		return nil, fmt.Errorf("%w%s", err, advice(bad))
	}
}

// stuck returns why a pod does not get on, or "" where it may yet.
func stuck(p *corev1.Pod) string {
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return "no node takes it: " + c.Message
		}
	}
	for _, cs := range p.Status.ContainerStatuses {
		if w := cs.State.Waiting; w != nil && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" {
			if strings.Contains(w.Reason, "Image") { // ErrImagePull and ImagePullBackOff alternate
				return fmt.Sprintf("image %s cannot be pulled", p.Spec.Containers[0].Image)
			}
			return w.Reason + ": " + w.Message
		}
	}
	return ""
}

// advice says what to do about an image that cannot be pulled.
func advice(why string) string {
	if !strings.Contains(why, "cannot be pulled") {
		return ""
	}
	return "\nPush the image to a registry that the nodes reach (`hookcheck images push`) and name it with --image agent=REFERENCE; " +
		"--kind loads it from the directory images beside the binary (`make images`)"
}

// eventsOf tells the Events of a pod, for a message.
func (s *Session) eventsOf(ctx context.Context, pod *corev1.Pod) string {
	events, err := s.client.CoreV1().Events(pod.Namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=" + pod.Name})
	if err != nil || len(events.Items) == 0 {
		return "it has no events (is there a node, and does its kubelet run?)"
	}
	texts := map[string]bool{}
	for _, e := range events.Items {
		texts[e.Reason+": "+e.Message] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(texts)), "; ")
}

// readNodeClock takes samples of the node's clock by running the agent's `now`
// in the pod. Where exec is not allowed, the times of the pod's start bound it
// to some seconds.
func (s *Session) readNodeClock(ctx context.Context, pod *corev1.Pod, created, arrived time.Time) {
	started := pod.Status.ContainerStatuses[0].State.Running.StartedAt.Time
	s.clocks.sample(history.NodeClock, started, time.Second, created, arrived)
	if _, forbidden := s.Facts.Missing[requirement.NeedExec]; forbidden {
		s.o.Sink.Warn("exec is not allowed: the node's clock is known to some seconds only, and more verdicts may be inconclusive")
		return
	}
	for range clockSamples {
		begin := time.Now()
		out, _, _, err := scenario.ExecIn(ctx, s.o.Config, s.client, pod.Namespace, pod.Name, pod.Spec.Containers[0].Name, []string{"/agent", "now"})
		end := time.Now()
		if err != nil {
			s.o.Sink.Warn("the node's clock cannot be read: " + err.Error())
			return
		}
		seconds, micros, ok := strings.Cut(strings.TrimSpace(out), ".")
		sec, err1 := strconv.ParseInt(seconds, 10, 64)
		usec, err2 := strconv.ParseInt(micros, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			s.o.Sink.Warn(fmt.Sprintf("the node's clock cannot be read: the agent answered %q", out))
			return
		}
		s.clocks.sample(history.NodeClock, time.Unix(sec, usec*1000), 0, begin, end)
	}
}
