package gobuild

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestFromModule(t *testing.T) {
	for name, tc := range map[string]struct{ module, version, goMod, want string }{
		"staging modules are published with major version 0": {
			"k8s.io/kubernetes", "v1.36.4", `module k8s.io/kubernetes

go 1.26.0

godebug default=go1.26

require (
	k8s.io/api v0.0.0
	k8s.io/klog/v2 v2.130.1
)

replace k8s.io/api => ./staging/src/k8s.io/api
`, `module hookcheck.dev/build

go 1.26.0

require k8s.io/kubernetes v1.36.4

godebug default=go1.26

replace k8s.io/api => k8s.io/api v0.36.4
`,
		},
		"a pre-release keeps its suffix": {
			"k8s.io/kubernetes", "v1.37.0-rc.1", "module k8s.io/kubernetes\nrequire k8s.io/api v0.0.0\nreplace k8s.io/api => ./staging\n",
			"module hookcheck.dev/build\n\nrequire k8s.io/kubernetes v1.37.0-rc.1\n\nreplace k8s.io/api => k8s.io/api v0.37.0-rc.1\n",
		},
		"a version that the proxy refuses has a stand-in": {
			"k8s.io/kubernetes", "v1.34.8", "module k8s.io/kubernetes\nrequire k8s.io/cri-api v0.0.0\nreplace k8s.io/cri-api => ./staging\n",
			"module hookcheck.dev/build\n\nrequire k8s.io/kubernetes v1.34.8\n\nreplace k8s.io/cri-api => k8s.io/cri-api v0.34.7\n",
		},
		"a published version needs no replacement": {
			"go.etcd.io/etcd/server/v3", "v3.6.16", `module go.etcd.io/etcd/server/v3
require go.etcd.io/etcd/api/v3 v3.6.16
replace go.etcd.io/etcd/api/v3 => ../api
replace go.etcd.io/etcd => ./FORBIDDEN_DEPENDENCY
`, "module hookcheck.dev/build\n\nrequire go.etcd.io/etcd/server/v3 v3.6.16\n",
		},
		"a replacement by another module is kept": {
			"example.com/a", "v1.0.0", "module example.com/a\nrequire example.com/b v1.0.0\nreplace example.com/b => example.com/fork v1.2.3\n",
			"module hookcheck.dev/build\n\nrequire example.com/a v1.0.0\n\nreplace example.com/b => example.com/fork v1.2.3\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			source, err := FromModule(tc.module, tc.version, []byte(tc.goMod))
			if err != nil {
				t.Fatal(err)
			}
			got, err := fs.ReadFile(source, "go.mod")
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tc.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tc.want)
			}
		})
	}
}

func TestNear(t *testing.T) {
	got := near([]string{"v1.35.9", "v1.36.0", "v1.36.10", "v1.36.2", "v1.36.3-rc.0", "v1.37.0"}, "v1.36.99")
	if want := []string{"v1.36.10", "v1.36.2", "v1.36.0"}; !slices.Equal(got, want) {
		t.Errorf("near = %v, want %v", got, want)
	}
}

func TestRequired(t *testing.T) {
	const goMod = `module k8s.io/kubernetes

require (
	k8s.io/apiserver v0.0.0
	k8s.io/klog/v2 v2.130.1
	example.com/b v1.0.0
)

replace (
	k8s.io/apiserver => ./staging/src/k8s.io/apiserver
	example.com/b => example.com/fork v1.2.3
)
`
	for other, want := range map[string]string{
		"k8s.io/kubernetes": "k8s.io/kubernetes@v1.36.4",
		"k8s.io/apiserver":  "k8s.io/apiserver@v0.36.4",
		"k8s.io/klog/v2":    "k8s.io/klog/v2@v2.130.1",
		"example.com/b":     "example.com/fork@v1.2.3",
	} {
		got, err := Required("k8s.io/kubernetes", "v1.36.4", []byte(goMod), other)
		if err != nil || got.String() != want {
			t.Errorf("Required(%s) = %s, %v; want %s", other, got, err, want)
		}
	}
	_, err := Required("k8s.io/kubernetes", "v1.36.4", []byte(goMod), "k8s.io/apiservers")
	if err == nil || !strings.Contains(err.Error(), "does not require k8s.io/apiservers; did you mean k8s.io/apiserver?") {
		t.Errorf("error %v", err)
	}
}
