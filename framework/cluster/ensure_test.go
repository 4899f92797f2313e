package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// liveServer answers as the cluster of one healthy node does.
func liveServer() apiServer {
	s := healthyServer()
	s["/readyz"] = "ok"
	s["/api/v1/nodes"] = nodeList("True")
	s["/api/v1/nodes/c-control-plane/proxy/healthz"] = "ok"
	return s
}

func nodeList(ready string) string {
	return fmt.Sprintf(`{"kind":"NodeList","apiVersion":"v1","items":[{"metadata":{"name":"c-control-plane"},"status":{
		"nodeInfo":{"kubeletVersion":"v1.36.4"},
		"conditions":[{"type":"Ready","status":%q,"reason":"KubeletNotReady","message":"no network"}]}}]}`, ready)
}

// liveKind returns a provider whose cluster "c" exists, is ours, and has its
// API server in this process.
func liveKind(t *testing.T, f *fakeEngine, server http.Handler) (*Kind, state) {
	t.Helper()
	if f.containers == nil {
		f.containers = []Container{node("a", "control-plane")}
	}
	k := testKind(t, f)
	s := k.mustSave(t, record(f.containers...))
	kubeconfig, _ := serve(t, server, true)
	data, err := os.ReadFile(kubeconfig)
	if err == nil {
		err = writeAtomic(s.kubeconfigPath("c"), data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k, s
}

func TestEnsureReuses(t *testing.T) {
	f := &fakeEngine{images: map[string]string{ownImage: "sha256:1"}}
	k, s := liveKind(t, f, liveServer())
	result, err := k.Ensure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if result.Action != ActionReuse || result.Kubeconfig != s.kubeconfigPath("c") || result.Context != "kind-c" ||
		result.Kubernetes != "v1.36.4" || result.Image != ownImage || result.Nodes != 1 || result.Logs != "" {
		t.Errorf("got %+v", result)
	}
	if k.KubernetesRestConfig() == nil || k.KubernetesRestConfig().QPS != 50 {
		t.Errorf("got configuration %v", k.KubernetesRestConfig())
	}
	if len(f.removed) > 0 {
		t.Errorf("removed %v", f.removed)
	}
}

// A cluster is not given up for one that cannot be made.
func TestEnsureKeepsWhatItCannotReplace(t *testing.T) {
	f := &fakeEngine{}
	k, s := liveKind(t, f, liveServer())
	k.WithVersion("v1.35.0")
	_, err := k.Ensure(t.Context())
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "see that a registry is reachable and has kindest/node:v1.35.0, build a node image instead (make node-image), or name one with --image") {
		t.Errorf("got %v", err)
	}
	if r, err := s.load("c"); r == nil || err != nil || len(f.removed) > 0 {
		t.Errorf("removed %v, record %v, %v", f.removed, r, err)
	}
}

// Somebody else takes the name while we pull the image.
func TestCreateFindsNameTaken(t *testing.T) {
	theirs := node("theirs", "control-plane")
	f := &fakeEngine{containers: []Container{theirs}}
	k := testKind(t, f)
	s, _ := k.state()
	_, err := k.create(t.Context(), s, nodeImage{Ref: ownImage, ID: "sha256:1"}, nil)
	if !errors.Is(err, ErrNotOurs) || !strings.Contains(err.Error(), "somebody else created one of that name") || len(f.removed) > 0 {
		t.Errorf("got %v, removed %v", err, f.removed)
	}
	if r, err := s.load("c"); r != nil || err != nil {
		t.Errorf("got record %v, %v; want none", r, err)
	}
}

// An interruption says nothing about the cluster.
func TestEnsureInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fakeEngine{images: map[string]string{ownImage: "sha256:1"}}
	k, _ := liveKind(t, f, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	_, err := k.Ensure(ctx)
	if !errors.Is(err, context.Canceled) || len(f.removed) > 0 {
		t.Errorf("got %v, removed %v", err, f.removed)
	}
}

func TestHealth(t *testing.T) {
	with := func(path string, answer any) apiServer {
		s := liveServer()
		s[path] = answer
		return s
	}
	for _, tt := range []struct {
		name   string
		server apiServer
		want   string // the one problem, or "" for healthy
	}{
		{"healthy", liveServer(), ""},
		{"API server not ready", with("/readyz", 500), "the API server is not ready: "},
		{"not allowed to list nodes", with("/api/v1/nodes", 403), "the API server does not list nodes: "},
		{"node not ready", with("/api/v1/nodes", nodeList("False")), "node c-control-plane is not Ready: KubeletNotReady no network"},
		{"node unknown", with("/api/v1/nodes", nodeList("Unknown")), "node c-control-plane is not Ready: KubeletNotReady no network"},
		{"kubelet dead", with("/api/v1/nodes/c-control-plane/proxy/healthz", 503), "the kubelet of node c-control-plane does not answer: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, s := liveKind(t, &fakeEngine{}, tt.server)
			got := k.health(t.Context(), s)
			problems := strings.Join(got.Problems, "\n")
			switch {
			case tt.want == "" && (problems != "" || got.Kubelets["c-control-plane"] != "v1.36.4"):
				t.Errorf("got %+v", got)
			case tt.want != "" && (len(got.Problems) != 1 || !strings.HasPrefix(problems, tt.want)):
				t.Errorf("got %q, want %q …", problems, tt.want)
			}
		})
	}
}

func TestHealthInDoubt(t *testing.T) {
	asked := 0
	server := liveServer()
	k, s := liveKind(t, &fakeEngine{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			if asked++; asked == 1 {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
		}
		server.ServeHTTP(w, r)
	}))
	k.doubt = time.Minute
	if got := k.health(t.Context(), s); len(got.Problems) > 0 || asked != 2 {
		t.Errorf("asked %d times, got %q: one whose API server starts is not broken", asked, got.Problems)
	}
}

func TestListHealthy(t *testing.T) {
	k, _ := liveKind(t, &fakeEngine{}, liveServer())
	listings, err := k.list(t.Context())
	if err != nil || len(listings) != 1 || listings[0].State != "healthy" || !listings[0].Ours || listings[0].Version != "v1.36.4" {
		t.Errorf("got %+v, %v", listings, err)
	}
}

// An export takes what it can get and names what it cannot.
func TestExportStopped(t *testing.T) {
	stopped := node("a", "control-plane")
	stopped.State = "exited"
	k := testKind(t, &fakeEngine{containers: []Container{stopped}})
	var out bytes.Buffer
	k.WithOpts(WithLog(&out, 0))
	s, _ := k.state()
	dir := k.exportBeforeRemoval(t.Context(), s, []Container{stopped})
	inspected, err := os.ReadFile(dir + "/c-control-plane/inspect.json")
	if err != nil || !bytes.Contains(inspected, []byte(`"Id":"a"`)) {
		t.Errorf("got %s, %v", inspected, err)
	}
	missing, err := os.ReadFile(dir + "/not-exported.txt")
	if err != nil || !bytes.Contains(missing, []byte("c-control-plane: docker logs a: ")) {
		t.Errorf("got %s, %v", missing, err)
	}
	if want := "Its logs are in " + dir + "\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
