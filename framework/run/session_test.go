package run

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/apimachinery/pkg/watch"
	discoveryfake "k8s.io/client-go/discovery/fake"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/gate"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	"github.com/hookcheck/hookcheck/framework/latency"
	"github.com/hookcheck/hookcheck/framework/recorder"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// sinkOf keeps what a run tells.
type sinkOf struct {
	mu    sync.Mutex
	lines []string
	err   error // of Result
}

func (s *sinkOf) say(words ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, strings.Join(words, " "))
}

func (s *sinkOf) Started(name string)                          { s.say("started", name) }
func (s *sinkOf) Finished(name string, r []requirement.Result) { s.say("finished", name) }
func (s *sinkOf) Warn(text string)                             { s.say("warning:", text) }
func (s *sinkOf) Result(r requirement.Result) error {
	s.say("result", r.Requirement, string(r.Verdict))
	return s.err
}

func (s *sinkOf) expect(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.lines, want) {
		t.Errorf("told:\n  %s\nwant:\n  %s", strings.Join(s.lines, "\n  "), strings.Join(want, "\n  "))
	}
}

// A bench is a session that was set up without a cluster.
type bench struct {
	*Session
	client *fake.Clientset
	sink   *sinkOf
}

// newBench makes one in which these requirements are selected. It is used
// inside a synctest bubble: a goroutine that stays behind fails the test.
func newBench(t *testing.T, selected ...requirement.Requirement) *bench {
	t.Helper()
	b := &bench{client: fake.NewClientset(), sink: &sinkOf{}}
	b.client.PrependWatchReactor("*", func(clienttesting.Action) (bool, watch.Interface, error) {
		return true, watch.NewRaceFreeFake(), nil // nothing comes by itself
	})
	b.client.PrependReactor("create", "selfsubjectaccessreviews", func(a clienttesting.Action) (bool, runtime.Object, error) {
		review := a.(clienttesting.CreateAction).GetObject().(*authorizationv1.SelfSubjectAccessReview)
		review.Status.Allowed = review.Spec.ResourceAttributes.Subresource != "exec"
		return true, review, nil
	})
	b.client.Discovery().(*discoveryfake.FakeDiscovery).FakedServerVersion = &version.Info{GitVersion: "v1.36.4"}
	r, err := recorder.Start(t.Context(), b.client, "hookcheck-k7")
	if err != nil {
		t.Fatal(err)
	}
	b.Session = &Session{o: Options{ID: "k7", Sink: b.sink, Artifacts: t.TempDir()}, client: b.client,
		dynamic: dynamicfake.NewSimpleDynamicClient(scheme.Scheme), mapper: meta.NewDefaultRESTMapper(nil),
		space: &space{name: "hookcheck-k7", run: "k7", own: true}, recorder: r, prepare: scenario.Preparation{Run: "k7"},
		selected: map[string]requirement.Requirement{}, tasks: map[string]*task{}, meter: newMeter(), samples: latency.Samples{},
		Facts: gate.Facts{Server: "v1.36.4", Kubelet: "v1.35.1", Missing: map[requirement.Need]string{requirement.NeedExec: "not allowed"}},
		Node: &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"},
			Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v1.35.1", ContainerRuntimeVersion: "containerd://2.2.1"}}}}
	for _, r := range selected {
		b.selected[r.ID] = r
	}
	return b
}

func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

func named(ids ...string) (all []requirement.Requirement) {
	for _, id := range ids {
		all = append(all, requirement.Requirement{ID: id})
	}
	return all
}

// example is a scenario that notes its name; the checks want that note. Its
// fixture is one that is embedded, of which it creates nothing.
func example(name string, do func(ctx context.Context) error, ids ...string) *scenario.Scenario {
	s := &scenario.Scenario{Name: name, Steps: []scenario.Step{{Text: "work", Do: func(ctx context.Context, x *scenario.Execution) error {
		x.Recording.Note(name, "", "", nil)
		if do == nil {
			return nil
		}
		return do(ctx)
	}}}}
	for i, id := range ids {
		s.Checks = append(s.Checks, scenario.Check{Requirement: id, File: "suites/x.go", Line: i + 1, Judge: func(j *judge.J, h *history.History) {
			j.Expect(h).To(history.Contain(history.Note(name)))
		}})
	}
	return s
}

// Fixtures without a Service or a Job.
const one, two, three = "grace/floor", "grace/default", "grace/override"

func historyOf(t *testing.T, b *bench, name string) *history.History {
	t.Helper()
	h, err := history.Load(filepath.Join(b.o.Artifacts, scenario.HistoryPath(name)))
	if err != nil {
		t.Fatal(err)
	}
	return h
}
