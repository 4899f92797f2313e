package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const twoContexts = `apiVersion: v1
kind: Config
clusters:
- {name: east, cluster: {server: "https://127.0.0.1:1"}}
users:
- {name: me, user: {token: t}}
contexts:
- {name: production, context: {cluster: east, user: me}}
- {name: staging, context: {cluster: east, user: me}}
- {name: dangling, context: {cluster: west, user: me}}
`

// environment isolates a test from the kubeconfigs of whoever runs it, and
// returns an empty home directory.
func environment(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("KUBECONFIG", "")
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	t.Setenv("KUBERNETES_SERVICE_PORT", "")
	return home
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConnectErrors(t *testing.T) {
	home := environment(t)
	dir := t.TempDir()
	two := write(t, filepath.Join(dir, "two"), twoContexts)
	for _, tt := range []struct {
		name, flag, context, env string
		class                    error
		want                     []string // parts of the message; the last one ends it
	}{
		{name: "nothing anywhere", class: ErrEnvironment, want: []string{
			"no cluster is configured; looked at --kubeconfig (not given), $KUBECONFIG (not set), " + home + "/.kube/config (no such file), the pod's service account (not in a pod)",
			"hookcheck cluster create"}},
		{name: "variable names no file", env: dir + "/a:" + dir + "/b", class: ErrEnvironment, want: []string{
			"$KUBECONFIG (" + dir + "/a:" + dir + "/b: no such file)", "hookcheck cluster create"}},
		{name: "flag names no file", flag: dir + "/none", class: ErrUsage, want: []string{
			"kubeconfig " + dir + "/none: no such file or directory", "name an existing file with --kubeconfig"}},
		{name: "broken YAML", flag: write(t, filepath.Join(dir, "broken"), "a: [\n"), class: ErrEnvironment, want: []string{
			"read " + dir + "/broken: error loading config file", "or name another with --kubeconfig"}},
		{name: "a directory", flag: dir, class: ErrEnvironment, want: []string{"is a directory", "or name another with --kubeconfig"}},
		{name: "empty", flag: write(t, filepath.Join(dir, "empty"), ""), class: ErrEnvironment, want: []string{
			"/empty has no contexts", "name another kubeconfig with --kubeconfig"}},
		{name: "unknown context", flag: two, context: "prodution", class: ErrUsage, want: []string{
			`has no context "prodution", did you mean "production"?`, "choose one with --context: dangling, production, staging"}},
		{name: "unknown context, none like it", flag: two, context: "x", class: ErrUsage, want: []string{
			`has no context "x"; choose`, "dangling, production, staging"}},
		{name: "no current context", flag: two, class: ErrUsage, want: []string{
			"sets no current context", "choose one with --context: dangling, production, staging"}},
		{name: "current context is not there", flag: write(t, filepath.Join(dir, "lost"), twoContexts+"current-context: stagin\n"), class: ErrEnvironment, want: []string{
			`the current context "stagin" of`, `did you mean "staging"?`, "dangling, production, staging"}},
		{name: "context without its cluster", flag: two, context: "dangling", class: ErrEnvironment, want: []string{
			`context "dangling" of ` + two + ` means cluster "west", which is not there`, "or choose another context with --context"}},
		{name: "context without its user", flag: write(t, filepath.Join(dir, "nobody"), strings.ReplaceAll(twoContexts, "users:\n- {name: me,", "users:\n- {name: them,")), context: "staging", class: ErrEnvironment, want: []string{
			`context "staging" of ` + dir + `/nobody means user "me", which is not there;`, "or choose another context with --context"}},
		{name: "nothing listens", flag: two, context: "staging", class: ErrEnvironment, want: []string{
			`connect to https://127.0.0.1:1 (context "staging" of ` + two + "): nothing listens there (connection refused)", "or choose another with --context"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", tt.env)
			config, identity, err := Connect(t.Context(), tt.flag, tt.context)
			if config != nil || identity != (Identity{}) || !errors.Is(err, tt.class) {
				t.Fatalf("got %v, %+v, %v; want an error of class %v", config, identity, err, tt.class)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got:\n%v\nwant in it:\n%s", err, part)
				}
			}
			if end := tt.want[len(tt.want)-1]; !strings.HasSuffix(err.Error(), end) {
				t.Errorf("got:\n%v\nwant at its end:\n%s", err, end)
			}
		})
	}
}

func TestContextInPod(t *testing.T) {
	environment(t)
	t.Setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
	t.Setenv("KUBERNETES_SERVICE_PORT", "1")
	_, _, err := Connect(t.Context(), "", "staging")
	if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), `context "staging" was asked for, but there is no kubeconfig`) {
		t.Errorf("got %v", err)
	}
	_, _, err = Connect(t.Context(), "", "")
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "use the pod's service account: ") {
		t.Errorf("got %v", err)
	}
}

func TestLocateOrder(t *testing.T) {
	home := environment(t)
	dir := t.TempDir()
	a, b := write(t, filepath.Join(dir, "a"), ""), write(t, filepath.Join(dir, "b"), "")
	inHome := write(t, filepath.Join(home, ".kube", "config"), "")
	for _, tt := range []struct {
		flag, env string
		want      string
	}{
		{a, b, a},
		{"", strings.Join([]string{b, dir + "/none", "", a}, string(os.PathListSeparator)), b + " " + a},
		{"", "", inHome},
	} {
		t.Setenv("KUBECONFIG", tt.env)
		got, err := locate(tt.flag)
		if err != nil || strings.Join(got.paths, " ") != tt.want {
			t.Errorf("flag %q, variable %q: got %v, %v; want %s", tt.flag, tt.env, got.paths, err, tt.want)
		}
	}
	// As in kubectl, the variable hides the file in the home directory.
	t.Setenv("KUBECONFIG", dir+"/none")
	if got, err := locate(""); err == nil {
		t.Errorf("got %v, want an error", got)
	}
}

func FuzzKubeconfig(f *testing.F) {
	f.Add([]byte(twoContexts), "staging")
	f.Add([]byte(twoContexts), "")
	f.Add([]byte("contexts: [{name: a}]\n"), "a")
	f.Fuzz(func(t *testing.T, data []byte, contextName string) {
		path := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		config, identity, err := source{[]string{path}, path}.load(contextName)
		switch {
		case err == nil && (config == nil || identity.Context == ""):
			t.Errorf("got %v, %+v without an error", config, identity)
		case err != nil && !errors.Is(err, ErrUsage) && !errors.Is(err, ErrEnvironment):
			t.Errorf("error without a class: %v", err)
		}
	})
}
