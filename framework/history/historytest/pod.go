package historytest

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// A PodOption sets something in a version of a pod.
type PodOption func(*corev1.Pod)

// Pod returns a version of a pod in phase Running. Its uid follows from its
// name, the ids of its containers from name, container and instance.
func Pod(name string, options ...PodOption) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("uid-" + name)},
		Status: corev1.PodStatus{Phase: corev1.PodRunning}}
	for _, set := range options {
		set(pod)
	}
	return pod
}

// Phase sets the phase.
func Phase(phase corev1.PodPhase) PodOption {
	return func(p *corev1.Pod) { p.Status.Phase = phase }
}

// Ready sets the condition Ready.
func Ready(status corev1.ConditionStatus) PodOption {
	return func(p *corev1.Pod) {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: corev1.PodReady, Status: status})
	}
}

// Deleting sets deletionTimestamp and deletionGracePeriodSeconds as a delete so
// long after Start does.
func Deleting(after time.Duration, graceSeconds int64) PodOption {
	return func(p *corev1.Pod) {
		at := metav1.NewTime(At(after).Truncate(time.Second).Add(time.Duration(graceSeconds) * time.Second))
		p.DeletionTimestamp, p.DeletionGracePeriodSeconds = &at, &graceSeconds
	}
}

// Running is a container that runs, ready, after so many restarts.
func Running(container string, restarts int32, started time.Duration) PodOption {
	return func(p *corev1.Pod) {
		yes := true
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: container, RestartCount: restarts,
			ContainerID: id(p, container, restarts), Ready: true, Started: &yes,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: second(started)}}})
	}
}

// Waiting is a container that waits to be started, or (restarts: those that
// there were so far) to be started again.
func Waiting(container string, restarts int32, reason, message string) PodOption {
	return func(p *corev1.Pod) {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: container, RestartCount: restarts,
			State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}})
	}
}

// Terminated is a container that has ended with that exit code and journal.
func Terminated(container string, restarts, code int32, finished time.Duration, journal ...string) PodOption {
	return func(p *corev1.Pod) {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: container, RestartCount: restarts,
			ContainerID: id(p, container, restarts),
			State:       corev1.ContainerState{Terminated: ended(p, container, restarts, code, finished, journal)}})
	}
}

// Before gives the container that was set last a lastState: the end of its
// instance after so many restarts. The container's id is that of the ended
// instance where it waits for its restart, as the kubelet has it.
func Before(restarts, code int32, finished time.Duration, journal ...string) PodOption {
	return func(p *corev1.Pod) {
		cs := &p.Status.ContainerStatuses[len(p.Status.ContainerStatuses)-1]
		cs.LastTerminationState.Terminated = ended(p, cs.Name, restarts, code, finished, journal)
		if cs.ContainerID == "" && cs.RestartCount == restarts {
			cs.ContainerID = cs.LastTerminationState.Terminated.ContainerID
		}
	}
}

func ended(p *corev1.Pod, container string, restarts, code int32, finished time.Duration, journal []string) *corev1.ContainerStateTerminated {
	reason := "Completed"
	if code != 0 {
		reason = "Error"
	}
	return &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, StartedAt: second(0), FinishedAt: second(finished),
		ContainerID: id(p, container, restarts), Message: concat(journal)}
}

func id(p *corev1.Pod, container string, restarts int32) string {
	return fmt.Sprintf("containerd://%s-%s-%d", p.Name, container, restarts)
}

func second(after time.Duration) metav1.Time { return metav1.NewTime(At(after).Truncate(time.Second)) }
