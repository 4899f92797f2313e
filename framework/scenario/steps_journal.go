package scenario

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// journals is the directory in which the kubelet keeps the termination messages
// of a container (kuberuntime_container.go generateContainerConfig, podContainerDir).
func journals(uid, container string) string {
	return path.Join("/var/lib/kubelet/pods", uid, "containers", container)
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
// the pod is gone: by a hard link. instance is what ReadJournal calls it.
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
		_, err = x.nodeScript(ctx, "hold the journal", fmt.Sprintf("mkdir -p %[1]s; ln -f %[2]s/$(ls -t %[2]s | head -1) %[1]s/", held, journals(uid, container)))
		return err
	}}, requirement.NeedNode)
}

// ReadJournal takes the journal that HoldJournal held into the history.
func ReadJournal(pod, container string, instance int) Step {
	return needing(Step{Text: "read the journal of " + pod + "/" + container, Do: func(ctx context.Context, x *Execution) error {
		text, err := x.nodeScript(ctx, "read the journal of "+pod+"/"+container, "cat "+held(pod, container, instance)+"/*")
		if err == nil {
			x.Recording.Journal(pod, container, instance, text)
		}
		return err
	}}, requirement.NeedNode)
}

func held(pod, container string, instance int) string {
	return path.Join(nodeDir, "journals", pod, container, strconv.Itoa(instance))
}
