package scenario

import (
	"context"
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/hookcheck/hookcheck/framework/history"
)

func TestFollowed(t *testing.T) {
	const none = "failed to create fsnotify watcher: too many open files"
	const broke = "\n" + history.LogBrokeOff
	for name, tc := range map[string]struct {
		text string
		err  error
		want string
	}{
		"whole":                    {"begin\nend\n", nil, "begin\nend\n"},
		"empty":                    {"", nil, ""},
		"broken off":               {"begin\n", errors.New("unexpected EOF"), "begin\n" + broke + "unexpected EOF"},
		"no inotify instance":      {"begin\n" + none, nil, "begin\n" + broke + none},
		"none, and nothing before": {none + "\n", nil, broke + none},
		"no inotify watch": {"begin\nfailed to watch directory \"/var/log/pods/p\": no space left on device", nil,
			"begin\n" + broke + "failed to watch directory \"/var/log/pods/p\": no space left on device"},
		"a container's own words": {none + "\nend\n", nil, none + "\nend\n"},
	} {
		if got := followed(tc.text, tc.err); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestReadLog(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		do(t, ctx, b, ReadLog("p", "app"))
		noteAnswer(b.Recording, "p", "app", apierrors.NewBadRequest("it is waiting to start"))
		b.Recording.Read(func(h *history.History) {
			notes := h.All(history.Note("read-log").Of("p").In("app"))
			if len(notes) != 2 {
				t.Fatalf("%d notes, want 2", len(notes))
			}
			if got := notes[0].Fields; got["code"] != "200" || got["message"] != "" {
				t.Errorf("a log that was had: %v", got)
			}
			if got := notes[1].Fields; got["code"] != "400" || got["message"] != "it is waiting to start" {
				t.Errorf("a log that was refused: %v", got)
			}
		})
	})
}
