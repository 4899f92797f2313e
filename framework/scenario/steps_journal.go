package scenario

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// podsDir is where a kubelet of kubeadm's keeps what it has of pods.
const podsDir = "/var/lib/kubelet/pods"

// journals is the directory in which the kubelet keeps the termination messages
// of a container (kuberuntime_container.go generateContainerConfig, podContainerDir).
func journals(uid, container string) string {
	return path.Join(podsDir, uid, "containers", container)
}

// AwaitJournal waits until the journal of a container, of any instance, has an
// entry on the node that contains the text: for what no version of the pod
// shows, such as that a hook runs.
func AwaitJournal(pod, container, text string, within time.Duration) Step {
	return needing(Step{Text: fmt.Sprintf("await %q in the journal of %s/%s", text, pod, container), Do: func(ctx context.Context, x *Execution) error {
		uid, err := x.nodeUID(ctx, pod)
		if err != nil {
			return err
		}
		return x.awaitOnNode(ctx, "await-journal", pod, within, fmt.Sprintf("grep --quiet --recursive --fixed-strings --regexp='%s' %s", text, journals(uid, container)))
	}}, requirement.NeedNode)
}

// HoldJournals is HoldJournal for the first instance of a container in each of
// the pods.
func HoldJournals(container string, pods ...string) Step {
	return Step{Text: text("hold the journals of", pods), Do: func(ctx context.Context, x *Execution) error {
		for _, pod := range pods {
			if err := HoldJournal(pod, container, 1).Do(ctx, x); err != nil {
				return err
			}
		}
		return nil
	}}
}

// ReadJournals is ReadJournal for what HoldJournals held.
func ReadJournals(container string, pods ...string) Step {
	return Step{Text: text("read the journals of", pods), Do: func(ctx context.Context, x *Execution) error {
		for _, pod := range pods {
			if err := ReadJournal(pod, container, 1).Do(ctx, x); err != nil {
				return err
			}
		}
		return nil
	}}
}

// HoldJournal keeps the journal of a container's present instance readable when
// the pod is gone: by a hard link. instance is what ReadJournal calls it. Where the
// kubelet has no such container any more, though the pod has an object, the step
// called hold-journal ends with an error, and ReadJournal reads nothing: that is
// the cluster's conduct, and the checks judge what there is.
func HoldJournal(pod, container string, instance int) Step {
	return needing(Step{Text: "hold the journal of " + pod + "/" + container, Do: func(ctx context.Context, x *Execution) error {
		if err := x.guard(ctx); err != nil {
			return err
		}
		uid, err := x.nodeUID(ctx, pod)
		if err != nil {
			return err
		}
		held := held(pod, container, instance)
		end := x.Recording.Step("hold-journal", pod, nil)
		out, err := x.nodeScript(ctx, "hold the journal", fmt.Sprintf(`
cd %[3]s
newest=$(ls -t %[2]s 2>/dev/null | head -1)
if [ -n "$newest" ]; then mkdir -p %[1]s; ln -f %[2]s/"$newest" %[1]s/; else echo %[4]s; fi`, held, journals(uid, container), podsDir, noJournal))
		if err == nil && strings.TrimSpace(out) == noJournal {
			end(fmt.Errorf("the kubelet has no container %s of pod %s", container, pod))
			x.unheld = append(x.unheld, held)
			return nil
		}
		end(err)
		return err
	}}, requirement.NeedNode)
}

// noJournal is what the node answers where there is nothing to hold.
const noJournal = "none"

// ReadJournal takes the journal that HoldJournal held into the history.
func ReadJournal(pod, container string, instance int) Step {
	return needing(Step{Text: "read the journal of " + pod + "/" + container, Do: func(ctx context.Context, x *Execution) error {
		held := held(pod, container, instance)
		if slices.Contains(x.unheld, held) {
			return nil
		}
		text, err := x.nodeScript(ctx, "read the journal of "+pod+"/"+container, "cat "+held+"/*")
		if err == nil {
			x.Recording.Journal(pod, container, instance, text)
		}
		return err
	}}, requirement.NeedNode)
}

func held(pod, container string, instance int) string {
	return path.Join(nodeDir, "journals", pod, container, strconv.Itoa(instance))
}
