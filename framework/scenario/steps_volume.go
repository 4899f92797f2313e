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

// instances cuts a journal into those of the instances: each has one start entry of
// its PID 1, and the begin of one postStart hook, which may come before it.
func instances(text string) []string {
	parts := []string{""}
	started, hooked := false, false // the last part
	for _, line := range strings.SplitAfter(text, "\n") {
		// time, process id, kind, fields: see package journal
		f := append(strings.Fields(line), "", "", "", "")
		starts, hooks := f[2] == "start", f[2] == "hook-begin" && strings.HasPrefix(f[3], "name="+history.PostStart)
		if starts && started || hooks && hooked {
			parts = append(parts, "")
			started, hooked = false, false
		}
		started, hooked = started || starts, hooked || hooks
		parts[len(parts)-1] += line
	}
	return parts
}

// OccupyVolume lets a process on the node work in the directory of a pod's
// emptyDir, until LeaveVolume or for a minute: what is mounted there cannot be
// unmounted. The step is called occupy-volume.
func OccupyVolume(pod, volume string) Step {
	return needing(Step{Text: "use volume " + volume + " of " + pod + " on the node", Do: func(ctx context.Context, x *Execution) error {
		uid, err := x.nodeUID(ctx, pod)
		if err != nil {
			return err
		}
		x.undo = append(x.undo, func(ctx context.Context) error { return x.leave(ctx, uid, volume) })
		_, err = x.onNode(ctx, "occupy-volume", pod, nil, fmt.Sprintf("systemd-run --quiet --collect --unit=%s --working-directory=/var/lib/kubelet/pods/%s/volumes/kubernetes.io~empty-dir/%s sleep 60",
			occupant(uid, volume), uid, volume))
		return err
	}}, requirement.NeedNode)
}

// LeaveVolume ends the process that OccupyVolume began. The step is called
// leave-volume.
func LeaveVolume(pod, volume string) Step {
	return needing(Step{Text: "leave volume " + volume + " of " + pod, Do: func(ctx context.Context, x *Execution) error {
		uid, err := x.nodeUID(ctx, pod)
		if err != nil {
			return err
		}
		end := x.Recording.Step("leave-volume", pod, nil)
		err = x.leave(ctx, uid, volume)
		end(err)
		return err
	}}, requirement.NeedNode)
}

func (x *Execution) leave(ctx context.Context, uid, volume string) error {
	unit := occupant(uid, volume)
	_, err := x.nodeScript(ctx, "leave the volume", fmt.Sprintf("if systemctl is-active --quiet %[1]s; then systemctl stop %[1]s; fi", unit))
	return err
}

// occupant names the service of the node's systemd that uses a volume.
func occupant(uid, volume string) string { return "hookcheck-" + uid + "-" + volume }
