package scenario

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/streaming/pkg/httpstream/wsstream"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

// The protocol of kubectl exec over WebSockets and its channels
// (k8s.io/apimachinery/pkg/util/remotecommand).
const protocol = "v5.channel.k8s.io"

var channels = []wsstream.ChannelType{wsstream.ReadChannel, wsstream.WriteChannel, wsstream.WriteChannel, wsstream.WriteChannel, wsstream.ReadChannel}

// exited is how the API server tells that a command has ended.
func exited(code string) metav1.Status {
	if code == "0" {
		return metav1.Status{Status: metav1.StatusSuccess}
	}
	return metav1.Status{Status: metav1.StatusFailure, Reason: "NonZeroExitCode", Message: "command terminated with exit code " + code,
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: "ExitCode", Message: code}}}}
}

// execServer answers each exec with these outputs and this end.
func execServer(t *testing.T, stdout, stderr string, end metav1.Status) (*rest.Config, kubernetes.Interface, *[]string) {
	t.Helper()
	var asked []string
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		conn := wsstream.NewConn(map[string]wsstream.ChannelProtocolConfig{protocol: {Binary: true, Channels: channels}})
		conn.SetIdleTimeout(10 * time.Second)
		_, streams, err := conn.Open(w, r)
		if err != nil {
			t.Errorf("open the WebSocket: %v", err)
			return
		}
		defer conn.Close()
		text, _ := json.Marshal(end)
		for i, data := range []string{1: stdout, 2: stderr, 3: string(text)} {
			if _, err := io.WriteString(streams[i], data); data != "" && err != nil {
				t.Errorf("channel %d: %v", i, err)
			}
		}
	}, &asked)
}

func serve(t *testing.T, handler http.HandlerFunc, asked *[]string) (*rest.Config, kubernetes.Interface, *[]string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := &rest.Config{Host: server.URL}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return config, client, asked
}

func TestExecIn(t *testing.T) {
	for _, tc := range []struct {
		name           string
		stdout, stderr string
		end            metav1.Status
		code           int
		err            string
	}{
		{"well", "out\n", "", exited("0"), 0, ""},
		{"with an exit code", "out", "err", exited("7"), 7, ""},
		{"not at all", "", "", apierrors.NewInternalError(io.ErrUnexpectedEOF).ErrStatus, 0, `run "cat /x y" in pod p: `},
	} {
		t.Run(tc.name, func(t *testing.T) {
			config, client, asked := execServer(t, tc.stdout, tc.stderr, tc.end)
			stdout, stderr, code, err := ExecIn(t.Context(), config, client, "space", "p", "app", []string{"cat", "/x y"})
			if tc.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tc.err) || stdout != "" || code != 0 {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || stdout != tc.stdout || stderr != tc.stderr || code != tc.code {
				t.Errorf("%q, %q, %d, %v", stdout, stderr, code, err)
			}
			want := []string{"/api/v1/namespaces/space/pods/p/exec?command=cat&command=%2Fx+y&container=app&stderr=true&stdout=true"}
			if !slices.Equal(*asked, want) {
				t.Errorf("asked %q", *asked)
			}
		})
	}
}

func TestExecInRefused(t *testing.T) {
	config, client, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"pods \"p\" is forbidden"}`)
	}, nil)
	_, _, _, err := ExecIn(t.Context(), config, client, "space", "p", "app", []string{"true"})
	if err == nil || !strings.HasPrefix(err.Error(), `run "true" in pod p: `) || !strings.Contains(err.Error(), "forbidden") {
		t.Errorf("error %v", err)
	}
}

func TestExecNotesTheAnswer(t *testing.T) {
	config, client, _ := execServer(t, "out", "err", exited("7"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	x := &Execution{Client: client, Config: config, Namespace: "space", Recording: recordingFor(t, ctx)}
	if err := Exec("p", "app", "cat", "/x").Do(ctx, x); err != nil {
		t.Fatal(err)
	}
	x.Recording.Read(func(h *history.History) {
		note := history.Note("exec").Of("p").In("app").With("command", "cat /x").With("stdout", "out").With("stderr", "err").With("code", "7")
		if h.First(note) == nil {
			t.Errorf("no %s in\n%+v", note, h.Events)
		}
	})
	x.Client, x.Config = refusing(t)
	if err := Exec("p", "app", "true").Do(ctx, x); err == nil || !strings.HasPrefix(err.Error(), `run "true" in pod p: `) {
		t.Errorf("error %v", err)
	}
}

func refusing(t *testing.T) (kubernetes.Interface, *rest.Config) {
	t.Helper()
	config, client, _ := serve(t, http.NotFound, nil)
	return client, config
}

func recordingFor(t *testing.T, ctx context.Context) *recorder.Recording {
	t.Helper()
	r, err := recorder.Start(ctx, quietClient(), "space")
	if err != nil {
		t.Fatal(err)
	}
	return r.Open(label, history.Header{})
}
