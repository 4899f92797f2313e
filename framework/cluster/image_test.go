package cluster

import (
	"errors"
	"strings"
	"testing"
)

func TestValidateName(t *testing.T) {
	for _, name := range []string{"hookcheck", "a", "a-1", strings.Repeat("a", 50)} {
		if err := ValidateName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "-a", "a-", "A", "a.b", "../a", "a/b", "a b", strings.Repeat("a", 51)} {
		err := ValidateName(name)
		if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), `such as "hookcheck"`) {
			t.Errorf("%q: got %v, want a usage error with an example", name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name    string
		k       Kind
		version string // expected after check
		err     string
	}{
		{"default version", Kind{name: "c", nodes: 1}, DefaultKubernetes, ""},
		{"v is added", Kind{name: "c", nodes: 1, kubernetes: "1.33.13"}, "v1.33.13", ""},
		{"image alone decides", Kind{name: "c", nodes: 1, image: "my/node:latest"}, "", ""},
		{"image and version agree", Kind{name: "c", nodes: 1, image: "kindest/node:v1.33.1@sha256:0", kubernetes: "v1.33.1"}, "v1.33.1", ""},
		{"image and version differ", Kind{name: "c", nodes: 1, image: "kindest/node:v1.33.1", kubernetes: "v1.33.2"}, "", "image kindest/node:v1.33.1 holds v1.33.1, but v1.33.2 is asked for"},
		{"not a patch release", Kind{name: "c", nodes: 1, kubernetes: "1.33"}, "", `Kubernetes version "1.33" is not complete; name the patch release, such as "v1.36.4"`},
		{"no nodes", Kind{name: "c", nodes: -1}, "", "-1 nodes are not possible"},
		{"a path", Kind{name: "c", nodes: 1, path: "/bin/kind"}, "", "do without WithPath"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.k.check()
			switch {
			case tt.err == "" && (err != nil || tt.k.kubernetes != tt.version):
				t.Errorf("got %q, %v; want %q", tt.k.kubernetes, err, tt.version)
			case tt.err != "" && (!errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("got %v, want a usage error … %s …", err, tt.err)
			}
		})
	}
}

func TestOwnByName(t *testing.T) {
	for ref, want := range map[string]bool{
		"hookcheck/node:v1.36.4":                true,
		"hookcheck/node":                        true,
		"localhost:5000/hookcheck/node:v1.36.4": true,
		"hookcheck/node:v1.36.4@sha256:0":       true,
		"kindest/node:v1.36.4":                  false,
		"hookcheck/nodes:v1.36.4":               false,
		"nothookcheck/node:v1.36.4":             false,
		"":                                      false,
	} {
		if got := ownByName(ref); got != want {
			t.Errorf("%s: got %v, want %v", ref, got, want)
		}
	}
}

func TestResolveImage(t *testing.T) {
	own, published := "hookcheck/node:v1.36.4", "kindest/node:v1.36.4"
	for _, tt := range []struct {
		name  string
		local map[string]string
		named string
		want  nodeImage
		err   string
	}{
		{"own if it is there", map[string]string{own: "1", published: "2"}, "", nodeImage{own, "1", true, false}, ""},
		{"published if it is there", map[string]string{published: "2"}, "", nodeImage{published, "2", false, false}, ""},
		{"published to be pulled", nil, "", nodeImage{published, "", false, false}, ""},
		{"own under another name", map[string]string{"my/node:own": "4"}, "my/node:own", nodeImage{"my/node:own", "4", true, false}, ""},
		{"named", map[string]string{own: "1", "my/node:x": "3"}, "my/node:x", nodeImage{"my/node:x", "3", false, false}, ""},
		{"named, to be pulled", nil, "my/node:x", nodeImage{"my/node:x", "", false, false}, ""},
		{"own is never pulled", nil, own, nodeImage{}, "node image hookcheck/node:v1.36.4 is not on this machine; build it (make node-image)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fakeEngine{images: tt.local}
			got, err := f.engine().resolveImage(t.Context(), tt.named, "v1.36.4")
			switch {
			case tt.err == "" && (err != nil || got != tt.want):
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			case tt.err != "" && (!errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("got %v, want an environment error … %s …", err, tt.err)
			}
		})
	}
}

func TestContainerdName(t *testing.T) {
	for ref, want := range map[string]string{
		"nginx":                    "docker.io/library/nginx:latest",
		"nginx:1":                  "docker.io/library/nginx:1",
		"me/app:1":                 "docker.io/me/app:1",
		"hookcheck.dev/agent:v1":   "hookcheck.dev/agent:v1",
		"localhost:5000/app":       "localhost:5000/app:latest",
		"localhost/app:1":          "localhost/app:1",
		"hookcheck.dev/a@sha256:0": "hookcheck.dev/a@sha256:0",
	} {
		if got := containerdName(ref); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
}
