package nodeimage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/hack/internal/registry"
)

// kindVersionInTable is a version that kindest.json has.
const kindVersionInTable = "v1.36.4"

func TestChoose(t *testing.T) {
	published, err := kindest(kindVersionInTable)
	if err != nil || published == "" {
		t.Fatalf("the table has no %s: %v", kindVersionInTable, err)
	}
	own := Ref(kindVersionInTable)
	for name, tc := range map[string]struct {
		version, named string
		rebuild        bool
		has            string // the only image that the engine has
		registry       int    // status of its answer
		pullFails      bool
		want           string
		did            string // what was pulled or built, in order
		err            string
	}{
		"named and there":            {named: "me/node:1", has: "me/node:1", want: "me/node:1"},
		"named and pulled":           {named: "me/node:1", want: "me/node:1", did: "pull me/node:1;"},
		"named is never replaced":    {named: "me/node:1", has: own, pullFails: true, did: "pull me/node:1;", err: "leave out -image"},
		"built before":               {has: own, registry: 200, want: own},
		"built anew":                 {has: own, rebuild: true, want: own, did: "build v1.36.4;"},
		"published and there":        {has: published, want: published},
		"published, registry open":   {registry: 200, want: published, did: "pull " + published + ";"},
		"published, token needed":    {registry: 401, want: published, did: "pull " + published + ";"},
		"published, registry broken": {registry: 503, want: own, did: "build v1.36.4;"},
		"published, pull fails":      {registry: 401, pullFails: true, want: own, did: "pull " + published + ";build v1.36.4;"},
		"not published":              {version: "v1.36.2", registry: 200, want: Ref("v1.36.2"), did: "build v1.36.2;"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != "/v2/" {
					t.Errorf("asked the registry for %s %s", r.Method, r.URL.Path)
				}
				w.WriteHeader(tc.registry)
			}))
			defer server.Close()
			did := ""
			c := chooser{
				logf: t.Logf, registry: registry.Registry{Base: server.URL, Client: server.Client()},
				has:   func(_ context.Context, ref string) bool { return ref == tc.has },
				label: func(context.Context, string, string) string { return Recipe },
				pull: func(_ context.Context, ref string) error {
					did += "pull " + ref + ";"
					if tc.pullFails {
						return errors.New("no such image")
					}
					return nil
				},
				build: func(_ context.Context, version string) (string, error) {
					did += "build " + version + ";"
					return Ref(version), nil
				},
			}
			if tc.version == "" {
				tc.version = kindVersionInTable
			}
			got, err := c.choose(t.Context(), tc.version, tc.named, tc.rebuild)
			if got != tc.want || did != tc.did {
				t.Errorf("chose %q and did %q; want %q and %q", got, did, tc.want, tc.did)
			}
			if (tc.err != "") != (err != nil) || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want one with %q", err, tc.err)
			}
		})
	}
}

func TestChooseNotesAnotherRecipe(t *testing.T) {
	var said strings.Builder
	c := chooser{
		logf:  func(format string, args ...any) { fmt.Fprintf(&said, format+"\n", args...) },
		has:   func(context.Context, string) bool { return true },
		label: func(context.Context, string, string) string { return "0" },
	}
	if _, err := c.choose(t.Context(), "v1.36.4", "", false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), `recipe "0"`) || !strings.Contains(said.String(), "-rebuild") {
		t.Errorf("said %q, which does not tell that the image is old", said.String())
	}
}

func TestKindestTable(t *testing.T) {
	table, err := parseKindest(kindestTable)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range table {
		if seen[p.Kubernetes] {
			t.Errorf("%s is in the table twice", p.Kubernetes)
		}
		seen[p.Kubernetes] = true
		digest, ok := strings.CutPrefix(p.Image, "kindest/node:"+p.Kubernetes+"@sha256:")
		if !ok || len(digest) != 64 || strings.Trim(digest, "0123456789abcdef") != "" {
			t.Errorf("%s: image %q is not kind's image of that version with a digest", p.Kubernetes, p.Image)
		}
		if _, err := ParseVersion(p.Kind); err != nil {
			t.Errorf("%s: release %q of kind: %v", p.Kubernetes, p.Kind, err)
		}
	}
}

func TestParseVersion(t *testing.T) {
	for in, want := range map[string]string{
		"v1.36.4": "v1.36.4", "1.36.4": "v1.36.4", " v1.37.0-rc.1 ": "v1.37.0-rc.1",
		"1.36": "", "v1": "", "": "", "latest": "", "v1.36.4+x": "", "v01.36.4": "",
	} {
		got, err := ParseVersion(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseVersion(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}
