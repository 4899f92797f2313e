package scenario

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Mark sets a mark in the journal of a container, for which processes of the
// fixture wait (--await): a hook then ends when the scenario has seen what it
// came for, and not after a time that was guessed. Where the container has ended
// before, since the scenario waited for what did not come, nothing is left to mark:
// the end of the step says so, and the scenario goes on. The step is called mark.
func Mark(pod, container, name string) Step {
	command := []string{"/agent", "hook", "--name=mark", "--after-start=false", "--mark=" + name}
	byHand := kubectl(append([]string{"exec", pod, "-c", container, "--"}, command...)...)
	return needing(Step{Text: "mark " + name + " in " + pod, Kubectl: byHand, Do: func(ctx context.Context, x *Execution) error {
		end := x.Recording.Step("mark", pod, map[string]string{"name": name})
		_, stderr, code, err := ExecIn(ctx, x.Config, x.Client, x.Namespace, pod, container, command)
		if err == nil && code != 0 {
			err = fmt.Errorf("set mark %s in pod %s: exit code %d: %s", name, pod, code, stderr)
		}
		end(err)
		if err != nil {
			over := false
			x.Recording.Read(func(h *history.History) { over = ended(h.Pod(pod), container) })
			if over {
				return nil
			}
		}
		return err
	}}, requirement.NeedExec)
}

// ended says whether the latest version of a pod shows the end of a container.
func ended(pod *corev1.Pod, container string) bool {
	return pod != nil && slices.ContainsFunc(pod.Status.ContainerStatuses, func(cs corev1.ContainerStatus) bool {
		return cs.Name == container && cs.State.Terminated != nil
	})
}
