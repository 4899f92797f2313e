package cluster

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/kind/pkg/log"
)

// testKind returns a provider of cluster "c" over a fake engine.
func testKind(t *testing.T, f *fakeEngine) *Kind {
	t.Helper()
	k := NewKind("c")
	k.WithOpts(WithStateDir(t.TempDir()))
	k.engine = f.engine()
	k.doubt = 0
	return k
}

func (k *Kind) mustSave(t *testing.T, r *Record) state {
	t.Helper()
	s, err := k.state()
	if err == nil {
		err = s.save(r)
	}
	if err == nil {
		err = writeAtomic(s.kubeconfigPath(r.Name), []byte(twoContexts))
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestForeignIsRefused(t *testing.T) {
	f := &fakeEngine{containers: []Container{node("theirs", "control-plane")}}
	k := testKind(t, f)
	_, createErr := k.Create(t.Context())
	loadErr := k.LoadImageArchive(t.Context(), "x.tar", "hookcheck.dev/agent:v1")
	for verb, err := range map[string]error{"create": createErr, "delete": k.Destroy(t.Context()), "load images into": loadErr} {
		if !errors.Is(err, ErrNotOurs) || !errors.Is(err, ErrUsage) {
			t.Fatalf("%s: got %v, want ErrNotOurs and ErrUsage", verb, err)
		}
		start := verb + ` cluster "c": a kind cluster of that name exists and hookcheck does not touch it, since hookcheck has no record of creating it; `
		if !strings.HasPrefix(err.Error(), start) || !strings.HasSuffix(err.Error(), "or remove it yourself: kind delete cluster --name c") {
			t.Errorf("%s: got %v", verb, err)
		}
	}
	for _, command := range f.commands {
		if !strings.HasPrefix(command, "ps ") && !strings.HasPrefix(command, "container inspect ") && !strings.HasPrefix(command, "image inspect ") {
			t.Errorf("ran docker %s", command)
		}
	}
}

func TestDeleteByID(t *testing.T) {
	bystander := node("other", "control-plane")
	bystander.Cluster = "other"
	f := &fakeEngine{containers: []Container{node("a", "control-plane"), node("b", "worker"), bystander}}
	k := testKind(t, f)
	s := k.mustSave(t, record(f.containers[:2]...))
	existed, err := k.Delete(t.Context())
	if err != nil || !existed || !slices.Equal(f.removed, []string{"a", "b"}) {
		t.Fatalf("got %v, %v, removed %v; want a and b", existed, err, f.removed)
	}
	for _, path := range []string{s.recordPath("c"), s.kubeconfigPath("c")} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
	existed, err = k.Delete(t.Context())
	if err != nil || existed {
		t.Errorf("deleting again: got %v, %v; want nothing", existed, err)
	}
}

func TestAdopt(t *testing.T) {
	f := &fakeEngine{}
	k := testKind(t, f)
	s, _ := k.state()
	r := record()
	r.Complete = false
	for _, step := range [][]Container{nil, {node("a", "control-plane")}, {node("a", "control-plane"), node("b", "worker")}} {
		f.containers = step
		if err := k.adopt(t.Context(), s, r); err != nil {
			t.Fatal(err)
		}
	}
	saved, err := s.load("c")
	if err != nil || !reflect.DeepEqual(saved, r) || len(saved.Containers) != 2 || saved.Complete {
		t.Errorf("got %+v, %v", saved, err)
	}
}

func TestTakenByAnother(t *testing.T) {
	for text, want := range map[string]bool{
		`node(s) already exist for a cluster with the name "c"`:                              true,
		`Conflict. The container name "/c-control-plane" is already in use by container "0"`: true,
		"failed to init node with kubeadm":                                                   false,
	} {
		if got := takenByAnother(errors.New(text)); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
	if takenByAnother(nil) {
		t.Error("no error: got true")
	}
}

func TestProviderRefusesWhatItWouldIgnore(t *testing.T) {
	k := testKind(t, &fakeEngine{})
	_, createErr := k.Create(t.Context(), "--wait")
	_, generateErr := k.GenerateKubeconfig("--internal")
	_, configErr := k.CreateWithConfig(t.Context(), "/nonexistent")
	k.WithPath("/usr/bin/kind")
	_, pathErr := k.Create(t.Context())
	for name, err := range map[string]error{
		"Create with arguments": createErr, "GenerateKubeconfig with arguments": generateErr, "configuration without a file": configErr,
		"LoadImage with arguments": k.LoadImage(t.Context(), "x", "y"), "WithPath": pathErr,
	} {
		if !errors.Is(err, ErrUsage) {
			t.Errorf("%s: got %v, want ErrUsage", name, err)
		}
	}
}

func TestExistingIsNeverChanged(t *testing.T) {
	environment(t)
	kubeconfig, url := serve(t, healthyServer(), true)
	e := NewExisting(kubeconfig, "here")
	if e.KubernetesRestConfig() != nil {
		t.Error("a configuration before Create")
	}
	path, err := e.Create(t.Context())
	if err != nil || path != kubeconfig || e.KubernetesRestConfig().Host != url || e.GetKubectlContext() != "here" || e.Identity().User != "admin" {
		t.Errorf("got %q, %v, %+v", path, err, e.Identity())
	}
	_, configErr := e.CreateWithConfig(t.Context(), "x")
	for _, err := range []error{e.Destroy(t.Context()), configErr, e.ExportLogs(t.Context(), t.TempDir())} {
		if !errors.Is(err, ErrNotOurs) {
			t.Errorf("got %v, want ErrNotOurs", err)
		}
	}
	e.WithVersion("v1.31.0")
	if _, err := e.Create(t.Context()); !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "it runs v1.36.4, wanted is v1.31.0") {
		t.Errorf("got %v", err)
	}
}

func TestList(t *testing.T) {
	stopped := node("a", "control-plane")
	stopped.State, stopped.ExitCode = "exited", 130
	theirs := node("x", "control-plane")
	theirs.Cluster, theirs.Image = "kind", "kindest/node:v1.37.0@sha256:0"
	f := &fakeEngine{containers: []Container{stopped, theirs}}
	k := testKind(t, f)
	k.mustSave(t, record(stopped))
	gone := record()
	gone.Name = "old"
	k.mustSave(t, gone)
	listings, err := k.list(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteList(&out, listings); err != nil {
		t.Fatal(err)
	}
	golden(t, "list.txt", bytes.ReplaceAll(out.Bytes(), []byte(k.stateDir), []byte("STATE")))
	out.Reset()
	if err := WriteList(&out, nil); err != nil || out.String() != "There are no kind clusters. Make one with: hookcheck cluster create\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestResultText(t *testing.T) {
	var out bytes.Buffer
	n, err := Result{
		Action: ActionRecreate, Name: "c", Nodes: 2, Kubernetes: "v1.36.4", Image: ownImage, Kubeconfig: "/s/c.kubeconfig", Logs: "/s/logs/c", Took: 26 * time.Second,
	}.WriteTo(&out)
	want := `Cluster "c" recreated in 26.0 s: 2 nodes, Kubernetes v1.36.4, image hookcheck/node:v1.36.4.
Logs of the one it replaces: /s/logs/c
Kubeconfig: /s/c.kubeconfig
Use it: hookcheck run --kind=c
`
	if err != nil || out.String() != want || n != int64(len(want)) {
		t.Errorf("got %d, %v:\n%s\nwant:\n%s", n, err, out.String(), want)
	}
}

func TestLogger(t *testing.T) {
	for verbosity, want := range map[int]string{
		0: "ours\n",
		1: "ours\nkind: warning\nkind: level 0\n",
		2: "ours\nkind: warning\nkind: level 0\nkind: level 1\n",
	} {
		var out bytes.Buffer
		l := &logger{w: &out, verbosity: verbosity}
		l.line("ours")
		l.Warn("warning")
		for level := range 3 {
			l.V(log.Level(level)).Infof("level %d\n", level)
		}
		if out.String() != want || l.V(1).Enabled() != (verbosity > 1) {
			t.Errorf("verbosity %d: got %q, want %q", verbosity, out.String(), want)
		}
	}
	(&logger{}).line("to nobody")
}

func TestDidYouMean(t *testing.T) {
	for name, want := range map[string]string{"stagin": "staging", "Staging": "staging", "prodcution": "production", "zzz": "", "": ""} {
		got := didYouMean(name, []string{"production", "staging"})
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
