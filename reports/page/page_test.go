package page

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/rewrite"
	"github.com/hookcheck/hookcheck/reports"
)

// evil is a text that must stay a text, wherever it comes from.
const evil = `</script></title></svg><script>alert("x")</script><img src=https://x.example/i onerror=alert(1)>` + "\u202e\x1b"

// sampleHistory is a pod whose preStop hook ran into the end of its grace period.
func sampleHistory(scenario string) *history.History {
	return ht.New(scenario).
		Append(0, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "begin", "grace": "5s"}}).
		Append(20*time.Millisecond, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "end"}}).
		Append(30*time.Millisecond, history.Event{Kind: history.KindNote, Name: "exec", Fields: map[string]string{"stdout": evil}}).
		Pod(time.Second, ht.Pod("p", ht.Running("app", 0, 0))).
		Pod(9*time.Second, ht.Pod("p", ht.Terminated("app", 0, 137, 8*time.Second,
			ht.Entry(time.Second, "hook-begin", "name", "preStop"),
			ht.Entry(6*time.Second, "signal", "name", "SIGTERM"),
			ht.Entry(7*time.Second, "http", "p", evil)))).
		Done()
}

func sampleReport(t *testing.T) reports.Report {
	t.Helper()
	var selected []requirement.Requirement
	var results []requirement.Result
	for i, v := range requirement.Verdicts {
		id := fmt.Sprintf("prestop.case-%d", i)
		selected = append(selected, requirement.Requirement{ID: id, Area: "prestop", Level: requirement.Must, Profile: requirement.Core,
			Sentence: "A sentence with " + evil + ".", Source: []string{"https://kubernetes.io/docs/x", "pkg/kubelet/x.go (f)", "javascript:alert(1)"},
			Note: evil, Deviation: &requirement.Deviation{Documented: evil, Actual: evil, Judged: requirement.JudgedActual, Issue: "https://x.example/1"}})
		r := requirement.Result{Requirement: id, Scenario: "prestop/one", Verdict: v, Seconds: 9, History: "histories/prestop/one.jsonl",
			File: "suites/prestop/one.go", Line: 3, Span: &requirement.Span{From: 1, To: 6}}
		if v != requirement.Conformant {
			r.Reason, r.Expected, r.Seen, r.Window = evil, evil, evil, "  + 0.1s x\n> + 0.2s "+evil
			r.Rewritten = []rewrite.Change{{Pod: "p", Field: "spec.x", Written: evil, Stored: "2"}}
		}
		results = append(results, r)
	}
	lost := selected[0]
	lost.ID, lost.Area = "grace.lost", "grace"
	selected = append(selected, lost)
	results = append(results, requirement.Result{Requirement: lost.ID, Scenario: "grace/lost", Verdict: requirement.Conformant, History: "histories/grace/lost.jsonl",
		Measurements: map[string]requirement.Measurement{"over_seconds": requirement.Measure([]float64{1, 2, 3}, 0.1)}})
	meta := reports.Meta{Run: reports.Run{ID: evil, Started: ht.Start, Ended: ht.Start, Error: evil},
		Cluster: reports.Cluster{ServerVersion: "v1.36.4-gke.1", RuntimeClass: "crun", Gates: map[string]bool{"GateOne": true, "GateTwo": false},
			Nodes: []reports.Node{{Name: "worker", KubeletVersion: "v1.36.3", ContainerRuntimeVersion: "containerd://2.3.4"}}},
		Measurements: map[string]requirement.Measurement{race: requirement.Measure([]float64{-0.1, 0.2, 0.3}, 0.01)},
		Catalogue:    reports.Catalogue{Count: 9}}
	report, err := reports.New(meta, selected, results)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func sampleOptions() Options {
	return Options{
		Ledger: &requirement.Ledger{
			Documents:      []requirement.Document{{ID: "a-book", Title: evil, Year: 2024, About: evil}},
			Claims:         []requirement.Claim{{ID: "a-book-01", Claim: evil, Verdict: requirement.Refuted, Reason: evil, Source: []string{"https://x.example/"}, Requirements: []string{"prestop.case-0", "not.selected"}}},
			Contradictions: []requirement.Contradiction{{Question: "Which " + evil + "?", Claims: []string{"a-book-01"}, Decision: evil, Requirements: []string{"prestop.case-6"}}},
		},
		Samples: func(*history.History) map[string][]float64 { return map[string][]float64{race: {-0.1, 0.2, 0.3}} },
		Mutants: &docs.Mutants{Kubernetes: "v1.36.4", Mutants: []docs.Mutant{{ID: "K01", Breaks: "Hooks run, " + evil}},
			Requirements: []docs.Mutated{{ID: "prestop.case-0", RedBy: []string{"K01"}}}},
	}
}

func load(path string) (*history.History, error) {
	if strings.Contains(path, "lost") {
		return nil, errors.New("no such file: " + evil)
	}
	return sampleHistory("prestop/one"), nil
}

func render(t *testing.T) (string, *html.Node) {
	t.Helper()
	text, err := Render(sampleReport(t), sampleOptions(), load)
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), root
}

// find lists the elements of a name; "" is all.
func find(root *html.Node, name string) []*html.Node {
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (name == "" || n.Data == name) {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// TestNothingIsExecuted: whatever a pod, a report or a ledger says stays text.
func TestNothingIsExecuted(t *testing.T) {
	text, root := render(t)
	if scripts := find(root, "script"); len(scripts) != 1 || textOf(scripts[0]) != js {
		t.Errorf("%d scripts, want ours only", len(scripts))
	}
	if n := len(find(root, "img")); n != 0 {
		t.Errorf("%d images", n)
	}
	for _, n := range find(root, "") {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	for _, r := range []string{"\u202e", "\x1b"} {
		if strings.Contains(text, r) {
			t.Errorf("%q is in the page", r)
		}
	}
	if shown := strings.Count(textOf(root), `alert("x")`); shown < 20 {
		t.Errorf("the text is shown %d times only", shown)
	}
}

// TestNothingIsLoaded: addresses are those of links, and the policy forbids all else.
func TestNothingIsLoaded(t *testing.T) {
	_, root := render(t)
	for _, n := range find(root, "") {
		for _, a := range n.Attr {
			switch {
			case a.Key == "href" && n.Data == "a" && regexp.MustCompile(`^(https://|#|(report\.json|junit\.xml|histories/\S+)$)`).MatchString(a.Val):
			case a.Key == "href", a.Key == "src", a.Key == "srcset", a.Key == "data", a.Key == "xlink:href":
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
		if n.Data == "link" || n.Data == "iframe" || n.Data == "object" || n.Data == "base" {
			t.Errorf("<%s>", n.Data)
		}
	}
	if strings.Contains(css, "url(") || strings.Contains(css, "@import") || regexp.MustCompile(`fetch|XMLHttp|import\(`).MatchString(js) {
		t.Error("style or script loads something")
	}
	policy := ""
	for _, n := range find(root, "meta") {
		if attribute(n, "http-equiv") == "Content-Security-Policy" {
			policy = attribute(n, "content")
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || !strings.Contains(policy, "script-src "+hash(textOf(find(root, "script")[0]))) ||
		!strings.Contains(policy, "style-src "+hash(textOf(find(root, "style")[0]))) {
		t.Errorf("policy %q", policy)
	}
}

func TestEverythingIsThere(t *testing.T) {
	_, root := render(t)
	report := sampleReport(t)
	ids := map[string]*html.Node{}
	for _, n := range find(root, "") {
		if id := attribute(n, "id"); id != "" {
			if ids[id] != nil {
				t.Errorf("id %s is there twice", id)
			}
			ids[id] = n
		}
	}
	for _, e := range report.Results {
		n := ids["r-"+e.Requirement]
		if n == nil {
			t.Errorf("%s is not there", e.Requirement)
			continue
		}
		open := false
		for _, a := range n.Attr {
			open = open || a.Key == "open"
		}
		if attribute(n, "data-v") != string(e.Verdict) || attribute(n, "data-l") != string(e.Level) || open != isOpen(e.Verdict) {
			t.Errorf("%s: %v", e.Requirement, n.Attr)
		}
		if ids["s-"+e.Scenario] == nil {
			t.Errorf("scenario %s is not there", e.Scenario)
		}
	}
	for _, n := range find(root, "a") {
		address, err := url.Parse(attribute(n, "href"))
		if err != nil {
			t.Error(err)
		} else if address.Host == "" && address.Path == "" && ids[address.Fragment] == nil {
			t.Errorf("the link to #%s leads nowhere", address.Fragment)
		}
	}
	all := textOf(root)
	for _, want := range []string{reports.Sentence(report)[:20], "v1.36.4-gke.1", "kubelet v1.36.3", "containerd://2.3.4", "crun", "GateOne on, GateTwo off",
		"Rewritten by the platform", "There is no picture: no such file", "clocks: node ± 5 ms, apiserver ± 5 ms", "preStop: no end was recorded",
		"the entrypoint began first in 2 of 3 containers", "K01 Hooks run", "not.selected (not selected)", "contradicted"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not there", want)
		}
	}
	if n := len(find(ids["s-prestop/one"].Parent, "svg")); n != 1 {
		t.Errorf("%d pictures of one scenario", n)
	}
	if attribute(ids["w-prestop.case-0"], "class") != "band v-bad" {
		t.Errorf("the window of a violated requirement is %v", ids["w-prestop.case-0"].Attr)
	}
}

func TestSource(t *testing.T) {
	for _, tc := range []struct{ text, server, want string }{
		{"https://kubernetes.io/docs/", "v1.36.4", "https://kubernetes.io/docs/"},
		{"pkg/kubelet/x.go (Run)", "v1.36.4", "https://github.com/kubernetes/kubernetes/blob/v1.36.4/pkg/kubelet/x.go"},
		{"staging/src/k8s.io/api/core/v1/types.go (A.B)", "v1.36.4-gke.1", "https://github.com/kubernetes/kubernetes/blob/v1.36.4/staging/src/k8s.io/api/core/v1/types.go"},
		{"pkg/kubelet/x.go", "", "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/x.go"},
		{"javascript:alert(1)", "", ""},
		{"http://x.example", "", ""},
		{"none", "", ""},
	} {
		if got := source(tc.text, tc.server); got.URL != tc.want || got.Text != tc.text {
			t.Errorf("%s: %+v", tc.text, got)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	h := sampleHistory("prestop/one")
	if err := h.Save(filepath.Join(dir, "histories/prestop/one.jsonl")); err != nil {
		t.Fatal(err)
	}
	report := sampleReport(t)
	report.Results[0].History = "../../etc/passwd" // the lost one
	if err := Write(dir, report, Options{}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil || !strings.Contains(string(text), "is not below the report") || strings.Count(string(text), "<svg class=t viewBox=\"0 0 1000") != 1 {
		t.Errorf("%v, %d bytes", err, len(text))
	}
	if err := Write(filepath.Join(dir, File), report, Options{}); err == nil || !strings.Contains(err.Error(), File) {
		t.Errorf("a file as directory: %v", err)
	}
}
