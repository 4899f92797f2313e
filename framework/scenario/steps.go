package scenario

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// A Step is one thing that the runner does or waits for.
//
// An error of Do ends the scenario: the environment did not allow it to be
// carried through, and every verdict is inconclusive. What the cluster does
// otherwise than expected is no error: a wait that expires is written into the
// history, the next steps follow, and the checks judge what is there.
type Step struct {
	Text string
	// Kubectl is how a person does the same, as one line of a shell; empty where
	// kubectl cannot, and Text has to do. See ByHand.
	Kubectl string
	Do      func(ctx context.Context, x *Execution) error
	// Needs are what it cannot do without. Every requirement of the scenario
	// lists them: see Validate.
	Needs []requirement.Need
}

// needing says what a step cannot do without.
func needing(s Step, needs ...requirement.Need) Step {
	s.Needs = needs
	return s
}

// Waits, and why they are as long as they are. They bound a scenario that goes
// wrong; a good one never comes near.
const (
	afterGrace      = 45 * time.Second // beyond the grace period: kubelet's reaction, the floor, PLEG and status on a busy node
	objectGone      = 20 * time.Second // from the removal of the finalizer to the DELETED of the watch
	afterCompletion = 60 * time.Second // containers that end by themselves

	// Patience is how long to wait for something that must come: an Event, a
	// version, a restart. It comes within seconds; only a node that does not
	// let it come, or hardly moves, takes as long as this.
	Patience = 90 * time.Second
)

// Create creates the fixture's objects, in the order of the manifest; with
// names, only those. Pods that are only asked about (Asking) are left out.
func Create(names ...string) Step {
	return Step{Text: text("create", names), Kubectl: kubectlCreate(names), Do: func(ctx context.Context, x *Execution) error {
		for _, o := range x.fixture {
			if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return x.isNamed(o, name) }) || asked(o) {
				continue
			}
			if err := x.create(ctx, o); err != nil {
				return err
			}
		}
		return nil
	}}
}

// settle is how long AwaitReady leaves the processes of pods that are ready. Without
// a readiness probe that says only that the runtime has started them, and a process
// 1 of a container that gets a signal before it has a handler loses it: the kernel
// drops it. On a busy node the agent is there some tenths of a second after that.
const settle = time.Second

// AwaitReady waits until the pods (all where none is named) are Ready, and a second
// more. Where one is not in time because its containers could not even be started,
// the scenario ends with the reason; where it is not for another reason, the
// history says so and the scenario goes on.
func AwaitReady(pods ...string) Step {
	byHand := kubectl(append([]string{"wait", "--for=condition=Ready", "--timeout=" + Patience.String()}, podWords(pods)...)...)
	return Step{Text: text("await readiness", pods), Kubectl: byHand, Do: func(ctx context.Context, x *Execution) error {
		ready := func(h *history.History) bool {
			names := x.podsOf(h, pods)
			for _, name := range names {
				if !isReady(h.Pod(name)) {
					return false
				}
			}
			return len(names) > 0 // a Job's pods come later
		}
		if err := x.await(ctx, "await readiness", Patience, ready); err != nil {
			return err
		}
		return Observe(settle).Do(ctx, x)
	}}
}

// AwaitFor waits at most so long until the predicate holds for the history so
// far; what says for what.
func AwaitFor(what string, within time.Duration, is func(*history.History) bool) Step {
	return Step{Text: "await " + what, Do: func(ctx context.Context, x *Execution) error {
		return x.await(ctx, "await "+what, within, is)
	}}
}

// Await waits at most so long until an event is recorded.
func Await(p history.Pattern, within time.Duration) Step {
	return AwaitFor(p.String(), within, func(h *history.History) bool { return h.First(p) != nil })
}

// Observe goes on recording for a while: to see that something does not happen.
func Observe(d time.Duration) Step {
	return Step{Text: "observe for " + d.String(), Kubectl: fmt.Sprintf("sleep %g", d.Seconds()), Do: func(ctx context.Context, x *Execution) error {
		end := x.Recording.Step("observe", "", map[string]string{"for": d.String()})
		defer end(nil)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
			return nil
		}
	}}
}

// DeleteOption changes how Delete and Evict delete.
type DeleteOption func(*metav1.DeleteOptions)

// Grace sets gracePeriodSeconds of the request; d must be whole seconds.
func Grace(d time.Duration) DeleteOption {
	return func(o *metav1.DeleteOptions) {
		seconds := int64(d / time.Second)
		o.GracePeriodSeconds = &seconds
	}
}

// Delete deletes every pod of the scenario.
func Delete(options ...DeleteOption) Step { return DeletePods(nil, options...) }

// DeletePods deletes the named pods, all where none is named.
func DeletePods(pods []string, options ...DeleteOption) Step {
	o := deleteOptions(options)
	return Step{Text: text("delete", pods), Kubectl: kubectlDelete(pods, o), Do: func(ctx context.Context, x *Execution) error {
		for _, name := range x.pods(pods) {
			end := x.Recording.Step("delete", name, describeDelete(o))
			err := x.Client.CoreV1().Pods(x.Namespace).Delete(ctx, name, o)
			end(err)
			if err != nil && !apierrors.IsNotFound(err) {
				return fmt.Errorf("delete pod %s: %w", name, err)
			}
		}
		return nil
	}}
}

// Evict evicts every pod of the scenario through the eviction API.
func Evict(options ...DeleteOption) Step { return EvictPods(nil, options...) }

func deleteOptions(options []DeleteOption) metav1.DeleteOptions {
	var o metav1.DeleteOptions
	for _, set := range options {
		set(&o)
	}
	return o
}

// describeDelete is what the begin of the step says of the request: the grace
// period it asks for, and that it is not to be carried out.
func describeDelete(o metav1.DeleteOptions) map[string]string {
	fields := map[string]string{}
	if o.GracePeriodSeconds != nil {
		fields["grace"] = strconv.FormatInt(*o.GracePeriodSeconds, 10) + "s"
	}
	if len(o.DryRun) > 0 {
		fields["dryRun"] = "true"
	}
	return fields
}

// AwaitTerminated waits until the kubelet is done with the pods (all where none
// is named): every container that ever ran is terminated and the phase is
// Succeeded or Failed, or the object is gone. It waits for the grace period and
// 45 s more.
func AwaitTerminated(pods ...string) Step {
	return Step{Text: text("await termination", pods), Do: func(ctx context.Context, x *Execution) error {
		within := afterCompletion
		x.Recording.Read(func(h *history.History) {
			for _, name := range x.podsOf(h, pods) {
				within = max(within, graceOf(h, name)+afterGrace)
			}
		})
		return x.await(ctx, "await termination", within, func(h *history.History) bool {
			names := x.podsOf(h, pods)
			for _, name := range names {
				if !isDone(h, name) {
					return false
				}
			}
			return len(names) > 0
		})
	}}
}

// Release removes our finalizer from the pods, so that their objects can go,
// and waits until they have.
func Release(pods ...string) Step {
	return Step{Text: text("release", pods), Do: func(ctx context.Context, x *Execution) error {
		for _, name := range x.pods(pods) {
			end := x.Recording.Step("release", name, nil)
			err := releasePod(ctx, x.Client, x.Namespace, name)
			end(err)
			if err != nil {
				return err
			}
		}
		return x.await(ctx, "await removal", objectGone, func(h *history.History) bool {
			for _, name := range x.podsOf(h, pods) {
				if h.First(history.Removed().Of(name)) == nil {
					return false
				}
			}
			return true
		})
	}}
}

// FollowLog begins to follow a container's log. It comes into the history when
// the container ends: see AwaitLog. To be begun before a deletion, since the
// kubelet removes a deleted pod's logs.
func FollowLog(pod, container string) Step {
	byHand := kubectl("logs", "--follow", pod, "-c", container) + " &"
	return Step{Text: "follow the log of " + pod + "/" + container, Kubectl: byHand, Do: func(ctx context.Context, x *Execution) error {
		stream, err := x.Client.CoreV1().Pods(x.Namespace).GetLogs(pod, &corev1.PodLogOptions{Container: container, Follow: true}).Stream(ctx)
		if err != nil {
			return fmt.Errorf("follow the log of %s/%s: %w", pod, container, err)
		}
		instance := 1 // before the first version that shows it running
		x.Recording.Read(func(h *history.History) {
			for _, e := range h.All(history.Running().Of(pod).In(container)) {
				instance = max(instance, e.Instance)
			}
		})
		go func() {
			defer stream.Close()
			data, err := io.ReadAll(io.LimitReader(stream, maxLog))
			x.Recording.Log(pod, container, instance, followed(string(data), err))
		}()
		return nil
	}}
}

// maxLog bounds what is kept of a log, in bytes; fixtures write some kilobytes.
const maxLog = 256 << 10

// AwaitLog waits until a log that is followed has come to its end.
func AwaitLog() Step { return Await(history.Log(), objectGone) }

// Exec runs a command in a container and notes what it wrote and its exit code
// (note "exec", fields command, stdout, stderr, code).
func Exec(pod, container string, command ...string) Step {
	byHand := kubectl(append([]string{"exec", pod, "-c", container, "--"}, command...)...)
	return needing(Step{Text: "run " + strings.Join(command, " ") + " in " + pod, Kubectl: byHand, Do: func(ctx context.Context, x *Execution) error {
		stdout, stderr, code, err := ExecIn(ctx, x.Config, x.Client, x.Namespace, pod, container, command)
		if err != nil {
			return err
		}
		x.Recording.Note("exec", pod, container, map[string]string{"command": strings.Join(command, " "),
			"stdout": stdout, "stderr": stderr, "code": strconv.Itoa(code)})
		return nil
	}}, requirement.NeedExec)
}

func text(verb string, names []string) string {
	if len(names) == 0 {
		return verb
	}
	return verb + " " + strings.Join(names, ", ")
}

func isReady(p *corev1.Pod) bool {
	if p == nil {
		return false
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// isDone tells whether the kubelet is done with a pod.
func isDone(h *history.History, name string) bool {
	if h.First(history.Removed().Of(name)) != nil {
		return true
	}
	p := h.Pod(name)
	if p == nil || (p.Status.Phase != corev1.PodSucceeded && p.Status.Phase != corev1.PodFailed) {
		return false
	}
	for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, cs := range list {
			if cs.State.Running != nil {
				return false
			}
		}
	}
	return true
}
