package scenario

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

// unwatched is what a kubelet writes at the end of a log that it cannot follow,
// as where its node has no inotify instance left (k8s.io/cri-client, ReadLogs).
var unwatched = regexp.MustCompile(`failed to (?:create fsnotify watcher|watch directory "[^"]*"): .*\s*$`)

// followed is the text of a log that was followed, and says where it did not come
// to its end.
func followed(text string, err error) string {
	switch complaint := unwatched.FindStringIndex(text); {
	case err != nil:
		return text + "\n" + history.LogBrokeOff + err.Error()
	case complaint != nil:
		return text[:complaint[0]] + "\n" + history.LogBrokeOff + strings.TrimSpace(text[complaint[0]:])
	}
	return text
}

// ReadLog asks once for a container's log and notes the answer: note "read-log",
// with the fields code (HTTP status) and, where it is not 200, message. A refusal
// is no error.
func ReadLog(pod, container string) Step {
	return Step{Text: "read the log of " + pod + "/" + container, Kubectl: kubectl("logs", pod, "-c", container), Do: func(ctx context.Context, x *Execution) error {
		stream, err := x.Client.CoreV1().Pods(x.Namespace).GetLogs(pod, &corev1.PodLogOptions{Container: container}).Stream(ctx)
		if err == nil {
			_ = stream.Close()
		}
		var status apierrors.APIStatus
		if err != nil && !errors.As(err, &status) {
			return fmt.Errorf("read the log of %s/%s: %w", pod, container, err)
		}
		noteAnswer(x.Recording, pod, container, status)
		return nil
	}}
}

// noteAnswer notes what the API server answered; nil stands for 200.
func noteAnswer(r *recorder.Recording, pod, container string, status apierrors.APIStatus) {
	fields := map[string]string{"code": "200"}
	if status != nil {
		fields["code"], fields["message"] = strconv.Itoa(int(status.Status().Code)), status.Status().Message
	}
	r.Note("read-log", pod, container, fields)
}
