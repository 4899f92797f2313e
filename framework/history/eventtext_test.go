package history_test

import (
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/history/historytest"
)

func TestEventText(t *testing.T) {
	for _, tc := range []struct{ reason, message, want string }{
		{"Created", "Created container: app", "until 1.34"},
		{"Created", "Created container app", "until 1.34"},
		{"Created", "Container created", "since 1.35"},
		{"Started", "Started container app", "until 1.34"},
		{"Started", "Container started", "since 1.35"},
		{"Started", "Container created", ""},
		{"Created", "Created container: other", ""},
		{"Created", "Created container: app and more", ""},
		{"Killing", "Stopping container app", ""},
	} {
		got, ok := history.EventText(tc.reason, "app", tc.message)
		if got != tc.want || ok != (tc.want != "") {
			t.Errorf("%s %q: %q, %t, want %q", tc.reason, tc.message, got, ok, tc.want)
		}
	}
}

func TestKubeEventWithText(t *testing.T) {
	h := historytest.New("x/y").
		KubeEvent(time.Second, "p", "app", "Created", "Container created").
		KubeEvent(2*time.Second, "p", "app", "Created", "Made it").
		KubeEvent(3*time.Second, "p", "other", "Created", "Container created").Done()
	if got := len(h.All(history.KubeEventWithText("Created", "app"))); got != 1 {
		t.Errorf("%d events", got)
	}
}
