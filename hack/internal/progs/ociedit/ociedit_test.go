package ociedit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFile(t *testing.T) {
	for name, tc := range map[string]struct {
		args   string
		path   string
		bundle bool
		ok     bool
	}{
		"create":                   {"--root /r --log /l --log-format json create --bundle /b --pid-file /p id", "/b/config.json", true, true},
		"systemd cgroup is a flag": {"--systemd-cgroup --root /r create -b /b id", "/b/config.json", true, true},
		"run with equals":          {"--root=/r run --bundle=/b id", "/b/config.json", true, true},
		"run in the bundle":        {"run id", "config.json", true, true},
		"exec":                     {"--root /r exec --process /tmp/p --detach id", "/tmp/p", false, true},
		"exec by hand":             {"exec id sh", "", false, false},
		"a root named like it":     {"--root create state id", "", false, false},
		"delete":                   {"--root /r delete --force id", "", false, false},
		"nothing":                  {"--version", "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			path, bundle, ok := File(strings.Fields(tc.args))
			if path != tc.path || bundle != tc.bundle || ok != tc.ok {
				t.Errorf("File = %q, %v, %v; want %q, %v, %v", path, bundle, ok, tc.path, tc.bundle, tc.ok)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	for name, tc := range map[string]struct {
		status string
		want   []string
		text   string
	}{
		"none":     {"Name:\tx\nCapBnd:\t000001ffffffffff\nCapAmb:\t0\n", nil, ""},
		"resource": {"CapBnd:\t000001fffeffffff\n", []string{"CAP_SYS_RESOURCE"}, ""},
		"two":      {"CapBnd:\t000001fffefffffe\n", []string{"CAP_CHOWN", "CAP_SYS_RESOURCE"}, ""},
		"no line":  {"Name:\tx\n", nil, "no CapBnd line"},
		"not hex":  {"CapBnd:\tzz\n", nil, "bounding set"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Missing(tc.status)
			if !slices.Equal(got, tc.want) {
				t.Errorf("Missing = %v, want %v", got, tc.want)
			}
			if (tc.text != "") != (err != nil) || err != nil && !strings.Contains(err.Error(), tc.text) {
				t.Errorf("error %v, want one with %q", err, tc.text)
			}
		})
	}
}

func TestDropPrivileges(t *testing.T) {
	const process = `{"args":["sh"],"oomScoreAdj":-998,"big":12345678901234567890,"capabilities":{
		"bounding":["CAP_CHOWN","CAP_SYS_RESOURCE"],"effective":["CAP_SYS_RESOURCE"],"ambient":null}}`
	data, err := EditJSON([]byte(process), func(p map[string]any) { DropPrivileges(p, []string{"CAP_SYS_RESOURCE"}) })
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"args":["sh"],"big":12345678901234567890,"capabilities":{"ambient":null,"bounding":["CAP_CHOWN"],"effective":[]}}`
	if string(data) != want {
		t.Errorf("got  %s\nwant %s", data, want)
	}
}

func TestDropPrivilegesWithoutSets(t *testing.T) {
	process := map[string]any{"args": []any{"sh"}}
	DropPrivileges(process, []string{"CAP_CHOWN"})
	if len(process) != 1 {
		t.Errorf("process changed to %v", process)
	}
}

func TestEditKeepsTheMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(`{"ociVersion":"1.3.0"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Edit(path, func(o map[string]any) { o["ociVersion"] = "1.0.2" }); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || string(data) != `{"ociVersion":"1.0.2"}` {
		t.Errorf("got %s, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func FuzzEditJSON(f *testing.F) {
	f.Add([]byte(`{"process":{"capabilities":{"bounding":["CAP_CHOWN"]}}}`))
	f.Add([]byte(`{"capabilities":{"bounding":[1,null]}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := EditJSON(data, func(o map[string]any) {
			DropPrivileges(o, []string{"CAP_CHOWN"})
			if p, ok := o["process"].(map[string]any); ok {
				DropPrivileges(p, []string{"CAP_CHOWN"})
			}
		})
		if err == nil && !json.Valid(out) {
			t.Errorf("EditJSON(%q) = %q, which is not JSON", data, out)
		}
	})
}
