package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// ReadVolumeJournal reads the journal that the instances of a container keep, one
// after the other, in a file on a volume (the agent's --journal), for kubelets
// that lose the termination message. It needs exec in the pod.
func ReadVolumeJournal(pod, container, path string) Step {
	return needing(Step{Text: "read the journal " + path + " of " + pod + "/" + container, Do: func(ctx context.Context, x *Execution) error {
		text, stderr, code, err := ExecIn(ctx, x.Config, x.Client, x.Namespace, pod, container, []string{"/agent", "cat", path})
		if err != nil {
			return err
		}
		if code != 0 {
			return fmt.Errorf("read %s in %s/%s: exit code %d: %s", path, pod, container, code, stderr)
		}
		now := time.Now()
		for i, part := range instances(text) {
			x.Recording.Append(history.Event{Kind: history.KindLog, Name: history.JournalFile, Pod: pod, Container: container, Instance: i + 1,
				Arrived: now, Time: history.Stamp{Clock: history.RunnerClock, At: now}, Fields: map[string]string{"text": part}})
		}
		return nil
	}}, requirement.NeedExec)
}

// instances cuts a journal into those of the instances: each begins with the
// start entry of its PID 1.
func instances(text string) []string {
	var parts []string
	for _, line := range strings.SplitAfter(text, "\n") {
		// time, process id, kind, fields: see package journal
		if f := strings.Fields(line); len(parts) == 0 || len(f) > 2 && f[2] == "start" {
			parts = append(parts, "")
		}
		parts[len(parts)-1] += line
	}
	return parts
}
