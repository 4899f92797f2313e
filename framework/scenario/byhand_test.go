package scenario

import (
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/hookcheck/hookcheck/framework/history"
)

func TestStepsByHand(t *testing.T) {
	for _, tc := range []struct {
		step Step
		want string
	}{
		{Create(), "kubectl -n try-hooks apply -f fixture.yaml"},
		{Create("a"), ""},
		{AwaitReady("a", "b"), "kubectl -n try-hooks wait --for=condition=Ready --timeout=1m30s pod/a pod/b"},
		{Observe(1500 * time.Millisecond), "sleep 1.5"},
		{Delete(), "kubectl -n try-hooks delete pods --all --wait=false"},
		{DeletePods([]string{"a"}, Grace(20*time.Second)), "kubectl -n try-hooks delete pod/a --wait=false --grace-period=20"},
		{Delete(Grace(0)), "kubectl -n try-hooks delete pods --all --wait=false --grace-period=0 --force"},
		{Delete(DryRun()), "kubectl -n try-hooks delete pods --all --wait=false --dry-run=server"},
		{Delete(IfUID(types.UID("x"))), ""},
		{Delete(Grace(-5 * time.Second)), ""},
		{Evict(), ""},
		{EvictPods([]string{"a"}, Grace(5*time.Second)), `echo '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"a"},"deleteOptions":{"gracePeriodSeconds":5}}' | kubectl create -f - --raw /api/v1/namespaces/try-hooks/pods/a/eviction`},
		{Try(Patch("a", "resize", `{"spec":"it's"}`)), `kubectl -n try-hooks patch pod a --subresource=resize -p '{"spec":"it'\''s"}'`},
		{Scale("Deployment", "web", 2), "kubectl -n try-hooks scale Deployment web --replicas=2"},
		{Exec("a", "app", "sh", "-c", "kill 1"), "kubectl -n try-hooks exec a -c app -- sh -c 'kill 1'"},
		{FollowLog("a", "app"), "kubectl -n try-hooks logs --follow a -c app &"},
		{Ask(), "kubectl -n try-hooks apply --dry-run=server -f fixture.yaml"},
		{StopKubelet(), ""},
	} {
		if tc.step.Kubectl != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.step.Text, tc.step.Kubectl, tc.want)
		}
	}
}

// TestByHand: what kubectl cannot do stands there in words, in its place, and the
// objects are held before the first deletion.
func TestByHand(t *testing.T) {
	s := &Scenario{Name: "grace/example", Steps: []Step{Create(), AwaitReady(), Await(history.Running(), time.Second), Delete()}}
	lines := s.ByHand()
	at := func(part string) int {
		i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, part) })
		if i < 0 {
			t.Fatalf("no %q in\n%s", part, strings.Join(lines, "\n"))
		}
		return i
	}
	order := []int{at("create namespace"), at("--watch"), at(" apply "), at(Finalizer), at(" wait "), at("# await "), at(" delete pods"), at("jsonpath="), at(`"finalizers":null`), at("delete namespace")}
	if !slices.IsSorted(order) {
		t.Errorf("%v in\n%s", order, strings.Join(lines, "\n"))
	}
	asking := (&Scenario{Steps: []Step{Ask()}}).ByHand()
	if text := strings.Join(asking, "\n"); strings.Contains(text, "finalizer") {
		t.Errorf("nothing was created, and something is held:\n%s", text)
	}
}
