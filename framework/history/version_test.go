package history_test

import (
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/history"
)

func TestAtLeast(t *testing.T) {
	for _, tc := range []struct {
		have, minor string
		want        bool
	}{
		{"v1.36.4", "1.36", true},
		{"v1.36.4", "1.35", true},
		{"v1.36.4", "1.37", false},
		{"v1.33.0-rc.1", "1.33", true},
		{"v1.34.8+k3s1", "1.35", false},
	} {
		h := history.New(history.Header{ServerVersion: tc.have, KubeletVersion: "v1.31.0"})
		if got, err := h.ServerAtLeast(tc.minor); got != tc.want || err != nil {
			t.Errorf("%s at least %s: %t, %v", tc.have, tc.minor, got, err)
		}
		if got, err := h.KubeletAtLeast("1.32"); got || err != nil {
			t.Errorf("kubelet: %t, %v", got, err)
		}
	}
	h := history.New(history.Header{})
	if _, err := h.ServerAtLeast("1.33"); err == nil || !strings.Contains(err.Error(), "version of the API server") {
		t.Errorf("error %v", err)
	}
	if _, err := history.New(history.Header{ServerVersion: "v1.36.4"}).ServerAtLeast("next"); err == nil {
		t.Error("no error for a minor that is none")
	}
}
