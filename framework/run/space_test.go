package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

func TestKnownDead(t *testing.T) {
	if bootID() == "" {
		t.Skip("only Linux tells boots and processes apart")
	}
	child := exec.Command("true")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	host, _ := os.Hostname()
	own := strings.Split(thisProcess(), "/")
	if len(own) != 5 || own[0] != host || own[1] != bootID() || own[3] != fmt.Sprint(os.Getpid()) || own[4] == "" {
		t.Fatalf("this process is %q", own)
	}
	process := func(host, boot string, pid int, start string) string {
		return strings.Join([]string{host, boot, own[2], fmt.Sprint(pid), start}, "/")
	}
	for _, tc := range []struct {
		name, process string
		dead          bool
	}{
		{"this process", thisProcess(), false},
		{"a process that has ended", process(host, bootID(), child.Process.Pid, "12345"), true},
		{"another process with the same id", process(host, bootID(), os.Getpid(), "1"), true},
		{"on another machine", process("elsewhere", bootID(), child.Process.Pid, "12345"), false},
		{"before this machine started anew", process(host, "another-boot", child.Process.Pid, "12345"), false},
		{"in another PID namespace", strings.Join([]string{host, bootID(), "pid:[1]", fmt.Sprint(child.Process.Pid), "12345"}, "/"), false},
		{"where boots are not told apart", process(host, "", child.Process.Pid, ""), false},
		{"no process", "", false},
		{"nonsense", host + "/" + bootID() + "/pid/1", false},
		{"too many parts", thisProcess() + "/1", false},
	} {
		if got := knownDead(tc.process); got != tc.dead {
			t.Errorf("%s (%s): dead %t, want %t", tc.name, tc.process, got, tc.dead)
		}
	}
}

func TestAlive(t *testing.T) {
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	lease := func(renewed time.Duration, process string) *coordinationv1.Lease {
		at := metav1.NewMicroTime(now.Add(-renewed))
		return &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{processAnnotation: process}},
			Spec: coordinationv1.LeaseSpec{RenewTime: &at}}
	}
	never := lease(0, "")
	never.Spec.RenewTime = nil
	for _, tc := range []struct {
		name  string
		lease *coordinationv1.Lease
		alive bool
	}{
		{"fresh, of this process", lease(time.Second, thisProcess()), true},
		{"fresh, of another machine", lease(leaseDuration-time.Second, "elsewhere/b/n/1/2"), true},
		{"stale, of this process", lease(leaseDuration, thisProcess()), false},
		{"fresh, of a process known to be gone", lease(time.Second, strings.Join(append(here(), "1", "no-such-start"), "/")), bootID() == ""},
		{"never renewed", never, false},
	} {
		if got := alive(tc.lease, now); got != tc.alive {
			t.Errorf("%s: alive %t", tc.name, got)
		}
	}
}

func account(space string) *corev1.ServiceAccount {
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: space}}
}

func TestOpenSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.NewClientset()
		time.AfterFunc(time.Second, func() { _ = client.Tracker().Add(account("hookcheck-k7")) }) // by the controller manager
		s, err := openSpace(t.Context(), client, "k7", "")
		if err != nil {
			t.Fatal(err)
		}
		if s.name != "hookcheck-k7" || !s.own {
			t.Errorf("%+v", s)
		}
		ns, err := client.CoreV1().Namespaces().Get(t.Context(), "hookcheck-k7", metav1.GetOptions{})
		if err != nil || ns.Labels["app.kubernetes.io/managed-by"] != "hookcheck" || ns.Labels["hookcheck.dev/run"] != "k7" {
			t.Errorf("%v, %v", ns.Labels, err)
		}
		lease := func() *coordinationv1.Lease {
			l, err := client.CoordinationV1().Leases(s.name).Get(t.Context(), "hookcheck-k7", metav1.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		if l := lease(); *l.Spec.HolderIdentity != "k7" || *l.Spec.LeaseDurationSeconds != 40 || l.Labels["hookcheck.dev/run"] != "k7" || !alive(l, time.Now()) {
			t.Errorf("%+v", l)
		}
		ctx, cancel := context.WithCancel(t.Context())
		s.renew(ctx, client)
		time.Sleep(10 * leaseDuration)
		if l := lease(); !alive(l, time.Now()) || time.Since(l.Spec.RenewTime.Time) > leasePeriod {
			t.Errorf("renewed %s ago", time.Since(l.Spec.RenewTime.Time))
		}
		cancel()
		synctest.Wait()
		time.Sleep(leaseDuration)
		if alive(lease(), time.Now()) {
			t.Error("a run that gives no more sign is alive")
		}
	})
}

func TestOpenGivenSpace(t *testing.T) {
	client := fake.NewClientset(account("mine"))
	s, err := openSpace(t.Context(), client, "k7", "mine")
	if err != nil || s.name != "mine" || s.own {
		t.Errorf("%+v, %v", s, err)
	}
	if spaces, _ := client.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{}); len(spaces.Items) != 0 {
		t.Error("a namespace was made")
	}
}

func TestOpenSpaceFails(t *testing.T) {
	no := errors.New("no")
	for _, tc := range []struct {
		name     string
		given    string
		resource string // creation of which fails
		err      error
		want     string // part of the error
	}{
		{"no account", "", "", nil, "namespace hookcheck-k7 got no default service account within 30s: is the controller manager running?"},
		{"no right to namespaces", "", "namespaces", apierrors.NewForbidden(corev1.Resource("namespaces"), "hookcheck-k7", no),
			`namespaces "hookcheck-k7" is forbidden: no` + "\nAsk for that right, or name a namespace that you may use with --namespace"},
		{"a name that is taken", "", "namespaces", apierrors.NewAlreadyExists(corev1.Resource("namespaces"), "hookcheck-k7"),
			`namespaces "hookcheck-k7" already exists: a run called k7 is at work, or the namespace is somebody else's; choose another name with --run`},
		{"no namespace", "", "namespaces", no, "create namespace hookcheck-k7: no"},
		{"no lease", "", "leases", no, "create the run's lease in namespace hookcheck-k7: no"},
		{"no lease in a given one", "mine", "leases", no, "create the run's lease in namespace mine: no"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := fake.NewClientset()
				if tc.resource != "" {
					client.PrependReactor("create", tc.resource, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, tc.err })
				}
				_, err := openSpace(t.Context(), client, "k7", tc.given)
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("error %v", err)
				}
				if spaces, _ := client.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{}); len(spaces.Items) != 0 {
					t.Error("the namespace was left behind")
				}
			})
		})
	}
}

// TestOpenSpaceTaken: what a living run of the same name has in a namespace is
// not removed.
func TestOpenSpaceTaken(t *testing.T) {
	client := fake.NewClientset(account("mine"), signOfLife("mine", "k7", time.Second), heldPod("mine", "p", "k7"))
	_, err := openSpace(t.Context(), client, "k7", "mine")
	if err == nil || !strings.HasSuffix(err.Error(), "a run called k7 is at work there; choose another name with --run") {
		t.Errorf("error %v", err)
	}
	expectDid(t, client, "create leases hookcheck-k7") // in vain
}

func TestCheckName(t *testing.T) {
	for name, want := range map[string]string{
		"k7": "", "m-k01": "", "20260314-092653-ab12": "", strings.Repeat("a", 30): "",
		"": "cannot be part", "K7": "cannot be part", "a.b": "cannot be part", "-a": "cannot be part", "a-": "cannot be part",
		strings.Repeat("a", 31): "has 31 letters, at most 30 are possible",
	} {
		if err := CheckName(name); (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", name, err, want)
		}
	}
}

func TestSessionClose(t *testing.T) {
	if err := (&Session{}).Close(); err != nil {
		t.Errorf("of a session that never began: %v", err)
	}
	client := fake.NewClientset(&corev1.Namespace{ObjectMeta: ours("", "hookcheck-k7", "k7")}, heldPod("hookcheck-k7", "p", "k7"))
	stopped := false
	s := &Session{client: client, space: &space{name: "hookcheck-k7", run: "k7", own: true}, stop: func() { stopped = true }}
	if err := s.Close(); err != nil || !stopped || s.Namespace() != "hookcheck-k7" {
		t.Errorf("%v, watches stopped: %t", err, stopped)
	}
	expectDid(t, client, "update pods p", "delete pods p", "delete namespaces hookcheck-k7")
	client.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no") })
	if err := s.Close(); err == nil || err.Error() != "remove what the run created (`hookcheck cleanup` tries again): list pods in namespace hookcheck-k7: no" {
		t.Errorf("error %v", err)
	}
}
