package scenario

import (
	"context"
	"fmt"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Mark sets a mark in the journal of a container, for which processes of the
// fixture wait (--await): a hook then ends when the scenario has seen what it
// came for, and not after a time that was guessed. The step is called mark.
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
		return err
	}}, requirement.NeedExec)
}
