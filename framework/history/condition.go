package history

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// A Condition is something that can be true of a version of a pod. What is a
// noun phrase: "phase Running".
type Condition struct {
	What string
	Is   func(*corev1.Pod) bool
}

var anyVersion = Condition{What: "anything", Is: func(*corev1.Pod) bool { return true }}

// And is true where both are.
func (c Condition) And(d Condition) Condition {
	return Condition{What: c.What + " and " + d.What, Is: func(p *corev1.Pod) bool { return c.Is(p) && d.Is(p) }}
}

// Not is true where c is not.
func Not(c Condition) Condition {
	return Condition{What: "not " + c.What, Is: func(p *corev1.Pod) bool { return !c.Is(p) }}
}

// Phase is true where status.phase is one of the given.
func Phase(phases ...corev1.PodPhase) Condition {
	return Condition{What: fmt.Sprintf("phase %v", phases), Is: func(p *corev1.Pod) bool {
		for _, phase := range phases {
			if p.Status.Phase == phase {
				return true
			}
		}
		return false
	}}
}

// Deleting is true where the pod has a deletionTimestamp.
func Deleting() Condition {
	return Condition{What: "a deletionTimestamp", Is: func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil }}
}

// DeletingWithGrace is true where deletionGracePeriodSeconds has that value.
func DeletingWithGrace(seconds int64) Condition {
	return Condition{What: fmt.Sprintf("deletionGracePeriodSeconds %d", seconds), Is: func(p *corev1.Pod) bool {
		return p.DeletionTimestamp != nil && p.DeletionGracePeriodSeconds != nil && *p.DeletionGracePeriodSeconds == seconds
	}}
}

// PodReady is true where the pod's condition Ready is True.
func PodReady() Condition {
	return PodConditionIs(corev1.PodReady, corev1.ConditionTrue, "")
}

// PodConditionIs is true where a pod condition has that status and, unless
// empty, that reason.
func PodConditionIs(t corev1.PodConditionType, status corev1.ConditionStatus, reason string) Condition {
	what := fmt.Sprintf("condition %s=%s", t, status)
	if reason != "" {
		what += " (" + reason + ")"
	}
	return Condition{What: what, Is: func(p *corev1.Pod) bool {
		for _, c := range p.Status.Conditions {
			if c.Type == t && c.Status == status && (reason == "" || c.Reason == reason) {
				return true
			}
		}
		return false
	}}
}

// container makes a condition on the status of one container, app or init.
func container(name, what string, is func(corev1.ContainerStatus) bool) Condition {
	return Condition{What: what + " of container " + name, Is: func(p *corev1.Pod) bool {
		for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
			for _, cs := range list {
				if cs.Name == name {
					return is(cs)
				}
			}
		}
		return false
	}}
}

// ContainerRunning is true where a container's state is running.
func ContainerRunning(name string) Condition {
	return container(name, "state running", func(cs corev1.ContainerStatus) bool { return cs.State.Running != nil })
}

// ContainerReady is true where a container's ready is.
func ContainerReady(name string) Condition {
	return container(name, "ready", func(cs corev1.ContainerStatus) bool { return cs.Ready })
}

// ContainerStarted is true where a container's started is.
func ContainerStarted(name string) Condition {
	return container(name, "started", func(cs corev1.ContainerStatus) bool { return cs.Started != nil && *cs.Started })
}

// Restarts is true where a container's restartCount has that value.
func Restarts(name string, n int32) Condition {
	return container(name, fmt.Sprintf("restartCount %d", n), func(cs corev1.ContainerStatus) bool { return cs.RestartCount == n })
}

// Restarted is true where a container's restartCount is not zero.
func Restarted(name string) Condition {
	return container(name, "a restartCount above 0", func(cs corev1.ContainerStatus) bool { return cs.RestartCount > 0 })
}

// LastEnded is true where lastState shows that an earlier instance ended with
// that exit code, and that it was another container than the present one.
func LastEnded(name string, code int32) Condition {
	return container(name, fmt.Sprintf("lastState.terminated with exit code %d", code), func(cs corev1.ContainerStatus) bool {
		t := cs.LastTerminationState.Terminated
		return t != nil && t.ExitCode == code && t.ContainerID != "" && t.ContainerID != cs.ContainerID
	})
}

// Ended is true where a container's state is terminated with that exit code and
// reason, and every field that the API promises is there.
func Ended(name string, code int32, reason string) Condition {
	return container(name, fmt.Sprintf("state.terminated with exit code %d, reason %s, times and containerID", code, reason), func(cs corev1.ContainerStatus) bool {
		t := cs.State.Terminated
		return t != nil && t.ExitCode == code && t.Reason == reason && !t.StartedAt.IsZero() && !t.FinishedAt.IsZero() && t.ContainerID != ""
	})
}

// StopSignal is true where a container's status names that effective stop signal.
func StopSignal(name string, signal corev1.Signal) Condition {
	return container(name, "stopSignal "+string(signal), func(cs corev1.ContainerStatus) bool {
		return cs.StopSignal != nil && *cs.StopSignal == signal
	})
}
