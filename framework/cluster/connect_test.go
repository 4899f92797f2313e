package cluster

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// apiServer answers paths with bodies; an answer that is a number is a status.
type apiServer map[string]any

func (a apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	answer, ok := a[r.URL.Path]
	if !ok {
		answer = http.StatusNotFound
	}
	if code, isCode := answer.(int); isCode {
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":%q}`, code,
			map[int]string{401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}[code])
		return
	}
	fmt.Fprint(w, answer)
}

const reviews = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

// healthy answers as a cluster does.
func healthyServer() apiServer {
	return apiServer{
		"/version":                       `{"gitVersion": "v1.36.4", "platform": "linux/amd64"}`,
		reviews:                          `{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1","status":{"userInfo":{"username":"admin"}}}`,
		"/api/v1/namespaces/kube-system": `{"kind":"Namespace","apiVersion":"v1","metadata":{"uid":"u-1"}}`,
	}
}

// serve starts a TLS server and returns the path of a kubeconfig for it, with
// its certificate authority if trusted.
func serve(t *testing.T, handler http.Handler, trusted bool) (kubeconfig, url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // rejected certificates are wanted
	server.StartTLS()
	t.Cleanup(server.Close)
	authority := ""
	if trusted {
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		authority = ", certificate-authority-data: " + base64.StdEncoding.EncodeToString(block)
	}
	return kubeconfigFor(t, server.URL, authority), server.URL
}

func kubeconfigFor(t *testing.T, url, more string) string {
	t.Helper()
	return write(t, filepath.Join(t.TempDir(), "config"), fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: east, cluster: {server: %q%s}}]
users: [{name: me, user: {token: t}}]
contexts: [{name: here, context: {cluster: east, user: me}}]
current-context: here
`, url, more))
}

func TestConnect(t *testing.T) {
	environment(t)
	kubeconfig, url := serve(t, healthyServer(), true)
	config, got, err := Connect(t.Context(), kubeconfig, "")
	if err != nil {
		t.Fatal(err)
	}
	want := Identity{
		Source: kubeconfig, Context: "here", Cluster: "east", Server: url,
		Version: "v1.36.4", Platform: "linux/amd64", User: "admin", UID: "u-1",
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if config.QPS != 50 || config.Burst != 100 || !strings.HasSuffix(config.UserAgent, "/hookcheck") || config.Timeout != 0 {
		t.Errorf("got QPS %v, burst %v, agent %q, timeout %v", config.QPS, config.Burst, config.UserAgent, config.Timeout)
	}
}

// What not every user may do and not every version has is left out.
func TestConnectWithLittle(t *testing.T) {
	environment(t)
	server := healthyServer()
	delete(server, reviews)
	server["/api/v1/namespaces/kube-system"] = http.StatusForbidden
	kubeconfig, _ := serve(t, server, true)
	_, got, err := Connect(t.Context(), kubeconfig, "here")
	if err != nil || got.User != "" || got.UID != "" || got.Version != "v1.36.4" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestConnectRefused(t *testing.T) {
	environment(t)
	with := func(path string, answer any) apiServer {
		s := healthyServer()
		s[path] = answer
		return s
	}
	for _, tt := range []struct {
		name    string
		server  http.Handler
		trusted bool
		want    []string
	}{
		{"bad token", with("/version", 401), true, []string{"it does not accept the credentials (401 Unauthorized)", "renew them (log in again, or fetch the kubeconfig anew)"}},
		{"anonymous", with(reviews, 403), true, []string{"it accepts the connection but allows nothing", "may at least ask who they are (cluster role system:basic-user)"}},
		{"unknown authority", healthyServer(), false, []string{"its certificate is not accepted: ", "unknown authority", "may be that of another or an older cluster"}},
		{"another program", with("/version", "<html>"), true, []string{"the answer is not that of a Kubernetes API server", "correct the server's URL in the kubeconfig"}},
		{"other JSON", with("/version", "{}"), true, []string{"the answer is not that of a Kubernetes API server", "correct the server's URL in the kubeconfig"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kubeconfig, url := serve(t, tt.server, tt.trusted)
			_, _, err := Connect(t.Context(), kubeconfig, "")
			if !errors.Is(err, ErrEnvironment) {
				t.Fatalf("got %v, want an environment error", err)
			}
			for _, part := range append(tt.want, "connect to "+url+` (context "here" of `+kubeconfig+"): ") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got:\n%v\nwant in it:\n%s", err, part)
				}
			}
			if !strings.HasSuffix(err.Error(), tt.want[len(tt.want)-1]) {
				t.Errorf("got:\n%v\nwant at its end:\n%s", err, tt.want[len(tt.want)-1])
			}
		})
	}
}

func TestConnectUnknownHost(t *testing.T) {
	environment(t)
	_, _, err := Connect(t.Context(), kubeconfigFor(t, "https://nowhere.invalid", ""), "")
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "nowhere.invalid") || !strings.HasSuffix(err.Error(), "or choose another with --context") {
		t.Errorf("got %v", err)
	}
}

func TestConnectPlugin(t *testing.T) {
	environment(t)
	kubeconfig := write(t, filepath.Join(t.TempDir(), "config"), `apiVersion: v1
kind: Config
clusters: [{name: east, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: me, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: hookcheck-no-such-plugin, interactiveMode: Never}}}]
contexts: [{name: here, context: {cluster: east, user: me}}]
current-context: here
`)
	_, _, err := Connect(t.Context(), kubeconfig, "")
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "hookcheck-no-such-plugin") || !strings.HasSuffix(err.Error(), "make the kubeconfig's credential plugin work (try: kubectl version)") {
		t.Errorf("got %v", err)
	}
}

// A server that accepts connections and says nothing must not keep us.
func TestConnectSilent(t *testing.T) {
	environment(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // stands for connectTimeout
	defer cancel()
	began := time.Now()
	_, _, err = Connect(ctx, kubeconfigFor(t, "https://"+listener.Addr().String(), ""), "")
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "no answer within 8s") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}
