package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/framework/cluster"
)

// sameValue returns what JSON and YAML hold, which must be one value.
func sameValue(t *testing.T, write func(output string) string) any {
	t.Helper()
	var fromJSON, fromYAML any
	if err := json.Unmarshal([]byte(write("json")), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(write("yaml")), &fromYAML); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fromJSON, fromYAML) {
		t.Errorf("YAML holds\n%.2000v\nJSON\n%.2000v", fromYAML, fromJSON)
	}
	return fromJSON
}

// strs are the strings under a key, wherever it stands in a value.
func strs(value any, key string) (all []string) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			all = append(all, strs(item, key)...)
		}
	case map[string]any:
		for name, item := range v {
			if s, ok := item.(string); ok && name == key {
				all = append(all, s)
				continue
			}
			all = append(all, strs(item, key)...)
		}
	}
	return all
}

// TestFormatsAgree: whoever lists gets the same in each format, and the table leaves
// nothing out.
func TestFormatsAgree(t *testing.T) {
	good, more := recorded(t, false, plainScenario), recorded(t, true, plainScenario, deviatesScenario)
	edit(t, good+"/junit.xml", "grace.default-30", "grace.forged")
	for _, tc := range []struct {
		args []string
		code int
		// key names each item of the list, and stands in the table.
		key string
	}{
		{[]string{"list"}, 0, "id"},
		{[]string{"list", "--profile", "node"}, 0, "id"},
		{[]string{"claims", "--run", more}, 0, "id"},
		{[]string{"claims", "--verdict", "refuted"}, 0, "id"},
		{[]string{"compare", good, more}, 1, "requirement"},
		{[]string{"verify", good}, 1, "what"},
		{[]string{"verify", more}, 0, "what"},
		{[]string{"images", "list"}, 0, "name"},
	} {
		t.Run(strings.Join(tc.args[:1], " "), func(t *testing.T) {
			write := func(output string) string {
				var out bytes.Buffer
				if code := execute(t.Context(), append(tc.args, "-o", output), streams{out: &out, err: &out}); code != tc.code {
					t.Errorf("%s: exit code %d, want %d: %.500s", output, code, tc.code, out.String())
				}
				return out.String()
			}
			table := write("table")
			names := strs(sameValue(t, write), tc.key)
			if len(names) == 0 && tc.code != 0 {
				t.Error("JSON lists nothing")
			}
			for _, name := range names {
				if !strings.Contains(table, name) {
					t.Errorf("the table has no %s", name)
				}
			}
		})
	}
}

func TestFormatsOfClusters(t *testing.T) {
	listings := []cluster.Listing{
		{Name: "hookcheck", Nodes: 1, Version: "v1.36.4", State: "healthy", Ours: true, Kubeconfig: "/a/b.kubeconfig"},
		{Name: "old", Nodes: 3, State: "stopped"},
	}
	write := func(output string) string {
		var out bytes.Buffer
		if err := writeClusters(&out, output, listings); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, name := range strs(sameValue(t, write), "name") {
		if !strings.Contains(write("table"), name) {
			t.Errorf("the table has no %s", name)
		}
	}
}

func TestFormatsOfAnExplanation(t *testing.T) {
	sameValue(t, func(output string) string {
		_, out := runCommand(t, "explain", "grace.default-30", "-o", output)
		return out
	})
}

func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"run --resume ":       ":16", // directories
		"run --rerun-failed ": ":16",
		"run --artifacts ":    ":16",
		"run --res":           "--resume\tgo on with the run",
		"run --dry":           "--dry-run\t",
		"list -o ":            "table\njson\nyaml\n:4",
		"cluster list -o y":   "yaml\n:4",
		"compare a b -o m":    "markdown\n",
		"explain grace.def":   "grace.default-30\n",
	} {
		if _, out := runCommand(t, append([]string{"__complete"}, strings.Split(line, " ")...)...); !strings.Contains(out, want) {
			t.Errorf("%q completes to\n%s\nwant %q", line, out, want)
		}
	}
}
