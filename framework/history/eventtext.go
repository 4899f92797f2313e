package history

import (
	"fmt"
	"regexp"
	"strings"
)

// eventTexts are the messages of Events whose text differs between kubelets;
// {c} stands for the container's name. Everywhere else a reason has one text, or
// a text that nothing should depend on.
//
// The source is kuberuntime_container.go (startContainer) of each minor. The
// colon after "Created container" has come and gone among the older ones.
var eventTexts = []struct {
	reason       string
	since, until string // minors of the kubelet; empty = no limit
	expression   string
}{
	{"Created", "", "1.34", `Created container:? {c}`},
	{"Created", "1.35", "", `Container created`},
	{"Started", "", "1.34", `Started container:? {c}`},
	{"Started", "1.35", "", `Container started`},
}

// EventText says for which kubelets the message of an Event about a container
// is the usual text: "until 1.34", "since 1.35". ok is false where it is of no
// known kubelet, or the reason has no text in the table.
func EventText(reason, container, message string) (kubelets string, ok bool) {
	for _, t := range eventTexts {
		expression := strings.ReplaceAll(t.expression, "{c}", regexp.QuoteMeta(container))
		if t.reason != reason || !regexp.MustCompile("^"+expression+"$").MatchString(message) {
			continue
		}
		if t.since == "" {
			return "until " + t.until, true
		}
		return "since " + t.since, true
	}
	return "", false
}

// KubeEventWithText is a core/v1 Event of that reason about a container whose
// message is the text that some kubelet has for it.
func KubeEventWithText(reason, container string) Pattern {
	return Pattern{text: fmt.Sprintf("Event %s with a text that is known", reason), kind: KindEvent, name: reason, container: container,
		match: func(e *Event) bool {
			_, ok := EventText(reason, container, e.EventObject.Message)
			return ok
		}}
}
