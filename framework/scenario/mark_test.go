package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

func TestMark(t *testing.T) {
	for code, want := range map[string]string{"0": "", "2": "set mark go in pod p: exit code 2: bad"} {
		config, client, asked := execServer(t, "", "bad", exited(code))
		r, err := recorder.Start(t.Context(), quietClient(), "space")
		if err != nil {
			t.Fatal(err)
		}
		rec := r.Open(label, history.Header{Started: time.Now()})
		step := Mark("p", "app", "go")
		err = step.Do(t.Context(), &Execution{Config: config, Client: client, Namespace: "space", Recording: rec})
		if got := errorText(err); got != want || step.Text != "mark go in p" {
			t.Errorf("error %q, want %q; text %q", got, want, step.Text)
		}
		if len(*asked) != 1 || !strings.Contains((*asked)[0], "command=--mark%3Dgo") {
			t.Errorf("asked %q", *asked)
		}
		rec.Read(func(h *history.History) {
			if h.First(history.StepBegin("mark").Of("p").With("name", "go")) == nil || h.First(history.StepEnd("mark").Of("p").With("error", want)) == nil {
				t.Errorf("history %v", h.Events)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
