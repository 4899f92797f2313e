package history

import corev1 "k8s.io/api/core/v1"

// RemovedVersion is the removal of a pod object whose last version fulfils the
// condition: for names under which several objects come and go.
func RemovedVersion(c Condition) Pattern {
	return Pattern{text: "removal of the pod object with " + c.What, kind: KindPod, name: "DELETED",
		match: func(e *Event) bool { return c.Is(e.PodObject) }}
}

// Annotated is true where an annotation has that value.
func Annotated(key, value string) Condition {
	return Condition{What: "annotation " + key + "=" + value, Is: func(p *corev1.Pod) bool { return p.Annotations[key] == value }}
}

// WithUID is true of the versions of one object.
func WithUID(uid string) Condition {
	return Condition{What: "UID " + uid, Is: func(p *corev1.Pod) bool { return string(p.UID) == uid }}
}

// StatusReason is true where status.reason has that value.
func StatusReason(reason string) Condition {
	return Condition{What: "status.reason " + reason, Is: func(p *corev1.Pod) bool { return p.Status.Reason == reason }}
}

// StatusMessage is true where status.message is that text.
func StatusMessage(message string) Condition {
	return Condition{What: "status.message " + message, Is: func(p *corev1.Pod) bool { return p.Status.Message == message }}
}
