package run

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/streaming/pkg/httpstream/wsstream"

	"github.com/hookcheck/hookcheck/framework/history"
)

// agentNow is an API server in whose pods `agent now` answers this, by exec over
// WebSockets.
func agentNow(t *testing.T, answer func() string) *rest.Config {
	t.Helper()
	channels := []wsstream.ChannelType{wsstream.ReadChannel, wsstream.WriteChannel, wsstream.WriteChannel, wsstream.WriteChannel, wsstream.ReadChannel}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Path + " " + strings.Join(r.URL.Query()["command"], " "); got != "/api/v1/namespaces/hookcheck-k7/pods/preflight/exec /agent now" {
			t.Errorf("asked for %s", got)
		}
		conn := wsstream.NewConn(map[string]wsstream.ChannelProtocolConfig{"v5.channel.k8s.io": {Binary: true, Channels: channels}})
		_, streams, err := conn.Open(w, r)
		if err != nil {
			t.Errorf("open the WebSocket: %v", err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(streams[1], answer())
		end, _ := json.Marshal(metav1.Status{Status: metav1.StatusSuccess})
		_, _ = streams[3].Write(end)
	}))
	t.Cleanup(server.Close)
	return &rest.Config{Host: server.URL}
}

// hourAhead is how the agent tells the time of a clock that is an hour ahead.
func hourAhead() string {
	us := time.Now().Add(time.Hour).UnixMicro()
	return fmt.Sprintf("%d.%06d\n", us/1e6, us%1e6)
}

func TestReadNodeClock(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer func() string
		warn   string
	}{
		{"an hour ahead", hourAhead, ""},
		{"no time", func() string { return "banana\n" }, `warning: the node's clock cannot be read: the agent answered "banana\n"`},
		{"no fraction", func() string { return "1763723421\n" }, `warning: the node's clock cannot be read: the agent answered "1763723421\n"`},
		{"a fraction that is none", func() string { return "1763723421.x\n" }, `warning: the node's clock cannot be read: the agent answered "1763723421.x\n"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			config := agentNow(t, tc.answer)
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				t.Fatal(err)
			}
			sink := &sinkOf{}
			s := &Session{o: Options{Config: config, Sink: sink}, client: client}
			now := time.Now()
			pod := runningPod()
			pod.Name, pod.Namespace = "preflight", "hookcheck-k7"
			pod.Status.ContainerStatuses[0].State.Running.StartedAt = metav1.NewTime(now.Add(time.Hour).Truncate(time.Second))
			s.readNodeClock(t.Context(), pod, now.Add(-time.Second), now)
			o := s.clocks.offsets()[history.NodeClock]
			if o.Low > time.Hour || o.High < time.Hour-time.Microsecond {
				t.Errorf("offset %v", o)
			}
			if tc.warn != "" {
				sink.expect(t, tc.warn)
				return
			}
			sink.expect(t)
			if width := o.High - o.Low; width > time.Second {
				t.Errorf("known to %s only", width)
			}
		})
	}
}

// TestOpenWithoutRights: nothing is allowed here, and the error says what helps.
func TestOpenWithoutRights(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		status := apierrors.NewForbidden(corev1.Resource("everything"), "x", nil).ErrStatus
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(&status)
	}))
	defer server.Close()
	sink := &sinkOf{}
	_, err := Open(t.Context(), Options{Config: &rest.Config{Host: server.URL}, ID: "k7", Sink: sink})
	if err == nil || !strings.HasSuffix(err.Error(), "\nAsk for that right, or name a namespace that you may use with --namespace") {
		t.Errorf("error %v", err)
	}
	sink.expect(t) // that leftovers cannot be looked for is no matter
	_, err = Open(t.Context(), Options{Config: &rest.Config{Host: server.URL}, ID: "k7", Namespace: "mine", Sink: sink})
	if err == nil || !strings.HasPrefix(err.Error(), "create the run's lease in namespace mine: ") {
		t.Errorf("error %v", err)
	}
	if len(sink.lines) != 1 || !strings.HasPrefix(sink.lines[0], "warning: leftovers of an earlier run could not be removed: list leases in namespace mine: ") {
		t.Errorf("told %q", sink.lines)
	}
}
