package scenario

import (
	"context"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/hookcheck/hookcheck/framework/history"
)

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
