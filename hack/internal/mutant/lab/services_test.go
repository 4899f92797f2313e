package lab

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

const configV2 = `# explicitly use v2 config format
version = 2
[plugins."io.containerd.grpc.v1.cri".containerd]
  default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  base_runtime_spec = "/etc/containerd/cri-base.json"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    SystemdCgroup = true
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
`

func tableOf(t *testing.T, text string) (config table) {
	t.Helper()
	if err := toml.Unmarshal([]byte(text), &config); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return config
}

func TestAddHandlers(t *testing.T) {
	programs := map[string]string{"hookcheck-c01": "/w/C01", "hookcheck-c-2": "/w/C-2"}
	for name, text := range map[string]string{
		"version 2":                configV2,
		"version 3":                strings.ReplaceAll(strings.Replace(configV2, "version = 2", "version = 3", 1), "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime"),
		"another default":          strings.NewReplacer(`"runc"`, `"special"`, "runtimes.runc", "runtimes.special").Replace(configV2),
		"the default is not named": strings.Replace(configV2, `  default_runtime_name = "runc"`, "", 1),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := addHandlers([]byte(text), programs)
			if err != nil {
				t.Fatal(err)
			}
			config := tableOf(t, string(got))
			all, standard, err := handlers(config)
			if err != nil || len(all) != 3 {
				t.Fatalf("%v, handlers %v", err, all)
			}
			if options, _ := inside(standard, "options"); len(options) != 1 {
				t.Errorf("the default handler got options: %v", options)
			}
			for handler, program := range programs {
				want := table{"runtime_type": "io.containerd.runc.v2", "base_runtime_spec": "/etc/containerd/cri-base.json",
					"options": table{"SystemdCgroup": true, "BinaryName": program}}
				if !reflect.DeepEqual(all[handler], want) {
					t.Errorf("%s is %v, want %v", handler, all[handler], want)
				}
				delete(all, handler)
			}
			if before := tableOf(t, text); !reflect.DeepEqual(config, before) {
				t.Errorf("the rest is %v, was %v", config, before)
			}
		})
	}
	for _, bad := range []string{"", "[", "version = 2\n", strings.Replace(configV2, `"runc"`, `"kata"`, 1)} {
		if _, err := addHandlers([]byte(bad), nil); err == nil {
			t.Errorf("accepted:\n%s", bad)
		}
	}
}

func TestCrunWithoutHook(t *testing.T) {
	crun := strings.ReplaceAll(configV2[strings.Index(configV2, "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc]"):strings.LastIndex(configV2, "[")], "runtimes.runc", "runtimes.crun")
	got, err := addHandlers([]byte(configV2+crun), nil)
	if err != nil {
		t.Fatal(err)
	}
	all, standard, err := handlers(tableOf(t, string(got)))
	if err != nil || standard["base_runtime_spec"] != "/etc/containerd/cri-base.json" || len(all) != 2 {
		t.Errorf("%v: %v", err, all)
	}
	if its, ok := inside(all, "crun"); !ok || its["base_runtime_spec"] != "/opt/hookcheck/crun-base.json" {
		t.Errorf("crun: %v", its)
	}
}

func TestProgramOf(t *testing.T) {
	for text, want := range map[string]string{
		configV2: "runc",
		strings.Replace(configV2, "SystemdCgroup = true", "SystemdCgroup = true\nBinaryName = '/usr/local/sbin/crun'", 1): "/usr/local/sbin/crun",
	} {
		if got, err := programOf([]byte(text)); err != nil || got != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	for _, bad := range []string{"[", "version = 2\n"} {
		if got, err := programOf([]byte(bad)); err == nil {
			t.Errorf("%q: %s", bad, got)
		}
	}
}

func TestWrapperScript(t *testing.T) {
	got := wrapperScript(mutant.Definition{ID: "C01", Wrapper: "exec \"$RUNC\" \"$@\"\n"}, "/usr/sbin/runc")
	if want := "#!/bin/sh\n# In place of runc: mutant C01.\nRUNC=/usr/sbin/runc\nexec \"$RUNC\" \"$@\"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := Class("C10a"); got != "hookcheck-c10a" {
		t.Error(got)
	}
}

func TestEndpoint(t *testing.T) {
	const config = "apiVersion: kubelet.config.k8s.io/v1beta1\ncgroupDriver: systemd\ncontainerRuntimeEndpoint: unix:///run/containerd/containerd.sock\nimageServiceEndpoint: unix:///x\nkind: KubeletConfiguration\n"
	const want = "apiVersion: kubelet.config.k8s.io/v1beta1\ncgroupDriver: systemd\ncontainerRuntimeEndpoint: unix:///run/hookcheck/cri.sock\nkind: KubeletConfiguration\n"
	for name, text := range map[string]string{"named": config, "not named": "kind: KubeletConfiguration\ncgroupDriver: systemd\napiVersion: kubelet.config.k8s.io/v1beta1\n"} {
		if got, err := withEndpoint([]byte(text)); err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
	for _, bad := range []string{"", "kind: Pod\n", "- a\n", "{"} {
		if got, err := withEndpoint([]byte(bad)); err == nil {
			t.Errorf("%q accepted: %s", bad, got)
		}
	}
	for before, want := range map[string]string{
		`KUBELET_KUBEADM_ARGS="--node-ip=172.18.0.2 --node-labels="`:                                                      `KUBELET_KUBEADM_ARGS="--node-ip=172.18.0.2 --node-labels="`,
		`KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/containerd/containerd.sock --node-ip=172.18.0.2"`: `KUBELET_KUBEADM_ARGS=" --node-ip=172.18.0.2"`,
		`A="--x --container-runtime-endpoint unix:///a --image-service-endpoint=unix:///b"`:                               `A="--x"`,
	} {
		if got, err := withoutEndpoint([]byte(before)); err != nil || string(got) != want {
			t.Errorf("got  %s (%v)\nwant %s", got, err, want)
		}
	}
}

func TestDigestOf(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err := digestOf(file); err != nil || d != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%s, %v", d, err)
	}
	if _, err := digestOf(file + ".none"); err == nil {
		t.Error("a file that is not there has a digest")
	}
	if digestAll("a", "b") == digestAll("ab", "") {
		t.Error("texts run together")
	}
}

func TestOnly(t *testing.T) {
	all := []mutant.Definition{{ID: "a", Component: mutant.CRI}, {ID: "b", Component: mutant.Runtime}, {ID: "c", Component: mutant.CRI}}
	got := only(all, mutant.CRI)
	if len(got) != 2 || got[0].ID != "a" || got[1].ID != "c" || len(all) != 3 || all[1].ID != "b" {
		t.Errorf("%v of %v", got, all)
	}
}
