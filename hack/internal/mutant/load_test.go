package mutant

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const good = `
- id: K01
  component: kubelet
  breaks: A hook runs before the stop signal.
  expect: [prestop.before-term]
  related: ["grace.*"]
  source:
  - file: pkg/a.go
    function: (*T).kill
    find: a && b
    replace: "false"
  - module: k8s.io/apiserver
    file: pkg/b.go
    function: f
    body: ""
    namespace: x.Namespace
    imports: [slices, v2=example.com/x]
- id: C01
  component: runtime
  breaks: The stop signal is SIGTERM.
  expect: [prestop.before-term]
  wrapper: exec "$RUNC" "$@"
- id: C02
  component: cri
  breaks: The grace period reaches the runtime.
  expect: [prestop.before-term]
  calls:
  - method: StopContainer
    when: {"response:": {exitCode: 3}, timeout: 5}
    request: {timeout: 0}
    multiply: {timeout: 0.5}
    first: StopPodSandbox
    delay: 1.5s
    error: {code: Unavailable, message: none}
    times: 2
- id: M2
  component: admission
  breaks: The pod is as written.
  expect: [prestop.before-term]
  mutations:
  - applyConfiguration: 'Object{}'
    when: "true"
- id: H1
  component: kubelet
  role: harmless
  breaks: Nothing at all is broken.
  global: true
  source:
  - {file: pkg/a.go, function: f, find: a, replace: b}
`

func TestLoad(t *testing.T) {
	all, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(good)}, "README.md": {Data: []byte("x")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 5 {
		t.Fatalf("%d definitions", len(all))
	}
	k := all[0]
	if k.File != "a.yaml" || k.Source[0].Module != "k8s.io/kubernetes" || k.Source[1].Module != "k8s.io/apiserver" {
		t.Errorf("file and modules: %+v", k)
	}
	if k.Source[0].Body != nil || *k.Source[0].Replace != "false" || *k.Source[1].Body != "" {
		t.Errorf("changes: %+v", k.Source)
	}
	if c := all[2].Calls[0]; c.Delay.Duration != 1500*time.Millisecond || c.Multiply["timeout"] != 0.5 || c.Error.Code != "Unavailable" {
		t.Errorf("call: %+v", c)
	}
	if !k.Kills("prestop.before-term") || !k.Kills("grace.hook-overrun") || k.Kills("sleep.prestop-delays-term") {
		t.Error("a mutant is killed by what it expects and by relatives of that, and by nothing else")
	}
}

func TestStatus(t *testing.T) {
	for want, d := range map[Status]Definition{
		Tried:      {},
		TriedAlone: {Global: true},
		Equivalent: {Global: true, Equivalent: "since …"},
		Needing:    {Needs: "logind"},
	} {
		if got := d.Status(); got != want {
			t.Errorf("%+v is %s, want %s", d, got, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	definition := func(lines ...string) string { return "- id: X1\n  " + strings.Join(lines, "\n  ") + "\n" }
	kubelet := func(lines ...string) string {
		return definition(append([]string{"component: kubelet", "breaks: The hook does run.", "expect: [prestop.before-term]"}, lines...)...)
	}
	const source = "source: [{file: a.go, function: f, find: a, replace: b}]"
	cri := func(call string) string {
		return definition("component: cri", "breaks: The hook does run.", "expect: [prestop.before-term]", "calls: ["+call+"]")
	}
	for name, tc := range map[string]struct{ text, want string }{
		"no list":             {"id: X1", "it is not a list of definitions"},
		"no YAML":             {"- id: [", "a.yaml: "},
		"empty":               {"", "no definition in it"},
		"a key twice":         {"- id: X1\n  id: X1\n", `"id" already set`},
		"a field's name":      {kubelet(source, "expects: [x]"), `X1: json: unknown field "expects"`},
		"a change's field":    {kubelet("source: [{file: a.go, function: f, find: a, replaces: b}]"), `unknown field "replaces"`},
		"without an id":       {"- {component: kubelet, id: '', bogus: 1}", "definition 1: json: unknown field"},
		"id":                  {strings.Replace(kubelet(source), "X1", "X_1", 1), `id "X_1" is not made of letters`},
		"id, whatever case":   {kubelet(source) + strings.Replace(kubelet(source), "X1", "x1", 1), "x1: the id is there twice: a.yaml has X1"},
		"component":           {strings.Replace(kubelet(source), "kubelet", "kublet", 1), `component "kublet" is none of kubelet`},
		"breaks":              {strings.Replace(kubelet(source), "does run.", "does run", 1), "is not a sentence"},
		"role":                {kubelet(source, "role: control"), `role "control" is neither harmless nor fix`},
		"nothing expected":    {strings.Replace(kubelet(source), "[prestop.before-term]", "[]", 1), "expect is empty"},
		"unknown requirement": {strings.Replace(kubelet(source), "prestop.before-term", "prestop.before-trem", 1), `did you mean "prestop.before-term"?`},
		"unknown relative":    {kubelet(source, `related: ["nosuch.*"]`), `no requirement matches "nosuch.*"`},
		"fix of no deviation": {kubelet(source, "role: fix"), "prestop.before-term is no known deviation"},
		"no change":           {kubelet(), "kubelet is changed by source, and there is none"},
		"another change":      {kubelet(source, "wrapper: exit 0"), "kubelet is changed by source, not by wrapper"},
		"file":                {kubelet("source: [{file: /a.go, function: f, find: a, replace: b}]"), `file "/a.go" is not the path`},
		"function":            {kubelet("source: [{file: a.go, find: a, replace: b}]"), "source[0]: no function"},
		"find and body":       {kubelet("source: [{file: a.go, function: f, find: a, replace: b, body: c}]"), "body stands in place of find"},
		"neither":             {kubelet("source: [{file: a.go, function: f}]"), "neither find nor body"},
		"no replace":          {kubelet("source: [{file: a.go, function: f, find: a}]"), `write replace: ""`},
		"global, namespace":   {kubelet("global: true", "source: [{file: a.go, function: f, find: a, replace: b, namespace: x}]"), "the mutant is global"},
		"method":              {cri("{method: StopContainers, skip: true}"), `did you mean "StopContainer"?`},
		"first":               {cri("{method: ExecSync, first: Exec}"), `first "Exec" is neither`},
		"code":                {cri("{method: ExecSync, error: {code: UNAVAILABLE}}"), `did you mean "Unavailable"?`},
		"negative":            {cri("{method: ExecSync, delay: -1s}"), "not negative"},
		"skip, background":    {cri("{method: ExecSync, skip: true, background: true}"), "skip leaves no call"},
		"call as it is":       {cri("{method: ExecSync, times: 1}"), "it changes nothing"},
		"two patches": {definition("component: admission", "breaks: The hook does run.", "expect: [prestop.before-term]",
			"mutations: [{applyConfiguration: a, jsonPatch: b}]"), "either applyConfiguration or jsonPatch"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(tc.text)}})
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "a.yaml: ") {
				t.Errorf("error %v\nwant one with %q", err, tc.want)
			}
		})
	}
}

// One mistake does not hide another, nor what is right.
func TestLoadTellsEverything(t *testing.T) {
	all, err := Load(fstest.MapFS{
		"a.yaml": {Data: []byte(good)},
		"b.yaml": {Data: []byte("- {id: X1, bogus: 1}\n- {id: X2}\n- {id: k01}\n")},
		"c.yaml": {Data: []byte("?")},
	})
	for _, want := range []string{`b.yaml: X1: json: unknown field "bogus"`, "b.yaml: X2: component", "b.yaml: X2: expect", "b.yaml: k01: the id is there twice", "c.yaml: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nlacks %q", err, want)
		}
	}
	if len(all) != 5 {
		t.Errorf("%d definitions are right, want 5", len(all))
	}
}

func TestLoadWithoutFiles(t *testing.T) {
	if _, err := Load(fstest.MapFS{"a.yml": {}}); err == nil || !strings.Contains(err.Error(), "no *.yaml") {
		t.Errorf("error %v", err)
	}
}

func TestSelect(t *testing.T) {
	all := []Definition{{ID: "K01"}, {ID: "K02"}, {ID: "P01"}}
	for names, want := range map[string]string{"k02,P01": "K02 P01", "K*": "K01 K02", "P01,K01": "K01 P01"} {
		got, err := Select(all, strings.Split(names, ","))
		if err != nil || strings.Join(ids(got), " ") != want {
			t.Errorf("Select(%s) = %v, %v; want %s", names, ids(got), err, want)
		}
	}
	if _, err := Select(all, []string{"K01", "K10"}); err == nil || !strings.Contains(err.Error(), `no mutant "K10"; known are K01, K02, P01`) {
		t.Errorf("error %v", err)
	}
}
