package cluster

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run go test with -update to make it", err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestKindConfig(t *testing.T) {
	own := nodeImage{Ref: "hookcheck/node:v1.36.4", Own: true}
	older := nodeImage{Ref: "hookcheck/node:v1.36.4", Own: true, NoDNS: true}
	published := nodeImage{Ref: "kindest/node:v1.36.4"}
	for _, tt := range []struct {
		golden string
		spec   configSpec
	}{
		{"own-cgroup1.yaml", configSpec{Name: "hookcheck", Image: own, Nodes: 1, CgroupV1: true}},
		{"own-cgroup2.yaml", configSpec{Name: "hookcheck", Image: own, Nodes: 1}},
		{"own-gates.yaml", configSpec{Name: "hookcheck", Image: own, Nodes: 1, FeatureGates: map[string]bool{"ContainerStopSignals": true}}},
		{"own-3nodes.yaml", configSpec{Name: "hookcheck", Image: own, Nodes: 3, CgroupV1: true}},
		{"own-older.yaml", configSpec{Name: "hookcheck", Image: older, Nodes: 1}},
		{"kindest-cgroup2.yaml", configSpec{Name: "hookcheck", Image: published, Nodes: 1}},
		{"kindest-cgroup1.yaml", configSpec{Name: "hookcheck", Image: published, Nodes: 1, CgroupV1: true}},
		{"kindest-2nodes.yaml", configSpec{Name: "hookcheck", Image: published, Nodes: 2}},
	} {
		t.Run(tt.golden, func(t *testing.T) {
			got, err := marshalConfig(kindConfig(tt.spec))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, tt.golden, got)
			var back v1alpha4.Cluster
			if err := yaml.UnmarshalStrict(got, &back); err != nil {
				t.Errorf("kind could not read it: %v", err)
			}
		})
	}
}
