package recorder_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

func TestStepNoteAndLog(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, _ *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{Scenario: "prestop/example"})
		fields := map[string]string{"grace": "5s"}
		end := rec.Step("delete", "p", fields)
		time.Sleep(time.Second)
		end(nil)
		rec.Step("evict", "", nil)(errors.New("refused"))
		rec.Note("exec", "p", "app", map[string]string{"code": "0"})
		rec.Log("p", "app", 2, "hello\n")
		h := rec.Close("")
		if h.Header.Scenario != "prestop/example" || h.Header.APIVersion != Version || len(fields) != 1 {
			t.Errorf("header %+v, fields %v", h.Header, fields)
		}
		for i, want := range []struct {
			kind            Kind
			name, pod, from string
			fields          map[string]string
		}{
			{KindStep, "delete", "p", "", map[string]string{"phase": "begin", "grace": "5s"}},
			{KindStep, "delete", "p", "", map[string]string{"phase": "end"}},
			{KindStep, "evict", "", "", map[string]string{"phase": "begin"}},
			{KindStep, "evict", "", "", map[string]string{"phase": "end", "error": "refused"}},
			{KindNote, "exec", "p", "app", map[string]string{"code": "0"}},
			{KindLog, "log", "p", "app", map[string]string{"text": "hello\n"}},
		} {
			e := h.Events[i]
			if e.Kind != want.kind || e.Name != want.name || e.Pod != want.pod || e.Container != want.from || !maps.Equal(e.Fields, want.fields) {
				t.Errorf("event %d: %+v", i, e)
			}
			if e.Time.Clock != RunnerClock || e.Time.At.IsZero() || !e.Arrived.Equal(e.Time.At) {
				t.Errorf("event %d: time %v, arrived %v", i, e.Time, e.Arrived)
			}
		}
		if d := h.Events[1].Time.At.Sub(h.Events[0].Time.At); d != time.Second {
			t.Errorf("the step took %s", d)
		}
	})
}

// TestStepRefused: what the API server answered can be asked for.
func TestStepRefused(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, _ *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		conflict := apierrors.NewConflict(groupResource("pods"), "p", errors.New("another uid"))
		rec.Step("delete", "p", nil)(fmt.Errorf("delete pod p: %w", conflict))
		rec.Step("delete", "p", nil)(errors.New("connection refused"))
		rec.Read(func(h *History) {
			ends := h.All(StepEnd("delete"))
			if f := ends[0].Fields; f["code"] != "409" || f["reason"] != "Conflict" || !strings.HasPrefix(f["error"], "delete pod p: ") {
				t.Errorf("refused: %v", f)
			}
			if _, answered := ends[1].Fields["code"]; answered {
				t.Errorf("never asked: %v", ends[1].Fields)
			}
		})
	})
}

func TestAwaitWakesUp(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		asked := 0
		done := make(chan error)
		go func() {
			done <- rec.Await(t.Context(), func(h *History) bool { asked++; return h.First(Note("second")) != nil })
		}()
		synctest.Wait()
		if asked != 1 {
			t.Errorf("asked %d times before anything happened", asked)
		}
		rec.Note("first", "", "", nil)
		synctest.Wait()
		rec.Note("second", "", "", nil)
		if err := <-done; err != nil || asked != 3 {
			t.Errorf("error %v, asked %d times", err, asked)
		}
		if err := rec.Await(t.Context(), func(h *History) bool { return len(h.Events) == 2 }); err != nil {
			t.Errorf("what holds already: %v", err)
		}
	})
}

func TestAwaitEnds(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, _ *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		err := rec.Await(ctx, func(*History) bool { return false })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Minute {
			t.Errorf("error %v after %s", err, time.Since(begin))
		}
	})
}

func TestCloseFreezes(t *testing.T) {
	inBubble(t, newAPI, func(t *testing.T, a *api, r *recorder.Recorder) {
		rec := r.Open(label, Header{})
		pods := a.watch(t, "pods", 1)
		pods.Add(pod("p", "101", label))
		synctest.Wait()
		h := rec.Close("create: refused")
		ended := h.Footer.Ended
		time.Sleep(time.Second)
		pods.Modify(pod("p", "102", label))
		rec.Note("late", "", "", nil)
		expect(t, rec, "pod ADDED p@101")
		if again := rec.Close(""); again != h || h.Footer.Failed != "create: refused" || !h.Footer.Ended.Equal(ended) {
			t.Errorf("closed again: %+v", again.Footer)
		}
	})
}
