package peer

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestParseList(t *testing.T) {
	out := `The following spec names can be used with 'ginkgo run --focus/skip':
    test/e2e/common/node/lifecycle_hook.go:163: [sig-node] Hooks run [Conformance]
    test/e2e/storage/csi.go:7: [sig-storage] CSI: volumes [Slow]

`
	want := []string{"[sig-node] Hooks run [Conformance]", "[sig-storage] CSI: volumes [Slow]"}
	if got := parseList(out); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFocus(t *testing.T) {
	re := regexp.MustCompile(focus([]string{"[sig-node] Hooks run.", "[sig-node] Hooks end"}))
	for text, want := range map[string]bool{
		"Kubernetes e2e suite [sig-node] Hooks run.":        true,
		"Kubernetes e2e suite [sig-node] Hooks end":         true,
		"Kubernetes e2e suite [sig-node] Hooks run twice":   false,
		"Kubernetes e2e suite [sig-node] Hooks end [Slow]":  false,
		"Kubernetes e2e suite All [sig-node] Hooks end":     false,
		"Kubernetes e2e suite s Hooks run.":                 false,
		"Kubernetes e2e suite [sig-node] Hooks run. at all": false,
	} {
		if re.MatchString(text) != want {
			t.Errorf("%q matches: %t", text, !want)
		}
	}
}

func TestStandIns(t *testing.T) {
	listed := []string{
		"registry.k8s.io/e2e-test-images/agnhost:2.55", "registry.k8s.io/e2e-test-images/agnhost:2.63.0",
		"gcr.io/private/agnhost:2.6", "registry.k8s.io/e2e-test-images/busybox:1.37.0-1",
		"registry.k8s.io/e2e-test-images/nginx:1.15-4", "registry.k8s.io/pause:3.10.2", "registry.k8s.io/etcd:3.6.8-0",
	}
	refs, err := standIns(listed)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"agnhost": listed[:2], "busybox": listed[3:4], "nginx": listed[4:5], "pause": listed[5:6]}
	if !maps.EqualFunc(refs, want, slices.Equal) {
		t.Errorf("%q, want %q", refs, want)
	}
	if _, err := standIns(listed[:4]); err == nil || !strings.Contains(err.Error(), "of registry.k8s.io among its 4") {
		t.Error(err)
	}
}
