package history

import (
	"fmt"
	"regexp"

	corev1 "k8s.io/api/core/v1"
)

// ContainerWaiting is true where a container's state is waiting for that
// reason, a regular expression.
func ContainerWaiting(name, reason string) Condition {
	re := regexp.MustCompile("^(?:" + reason + ")$")
	return container(name, "state waiting ("+reason+")", func(cs corev1.ContainerStatus) bool {
		return cs.State.Waiting != nil && re.MatchString(cs.State.Waiting.Reason)
	})
}

// LongMessage is true where the termination message of a container has at least
// so many bytes.
func LongMessage(name string, bytes int) Condition {
	return container(name, fmt.Sprintf("a termination message of at least %d bytes", bytes), func(cs corev1.ContainerStatus) bool {
		return cs.State.Terminated != nil && len(cs.State.Terminated.Message) >= bytes
	})
}

// HasEnded is true where state or lastState shows that an instance of a
// container has ended.
func HasEnded(name string) Condition {
	return container(name, "an ended instance", func(cs corev1.ContainerStatus) bool {
		return cs.State.Terminated != nil || cs.LastTerminationState.Terminated != nil
	})
}

// Or is true where one of both is.
func (c Condition) Or(d Condition) Condition {
	return Condition{What: c.What + " or " + d.What, Is: func(p *corev1.Pod) bool { return c.Is(p) || d.Is(p) }}
}
