package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"github.com/hookcheck/hookcheck/framework/scenario"
)

// space is the namespace of a run and the lease that says that the run lives.
type space struct {
	name string
	run  string
	own  bool // made by us: removed whole
}

// maxName is the longest name of a run. That of a namespace has 63 letters, of
// which a fixture's own namespace needs 10 for "hookcheck-" and some 20 for its
// name after the run's.
const maxName = 30

// CheckName returns an error unless a run can have that name: it becomes part of
// the names of namespaces, and a label.
func CheckName(name string) error {
	if why := validation.IsDNS1123Label(name); len(why) > 0 {
		return fmt.Errorf("%q cannot be part of a namespace's name: %s", name, strings.Join(why, "; "))
	}
	if len(name) > maxName {
		return fmt.Errorf("%q has %d letters, at most %d are possible", name, len(name), maxName)
	}
	return nil
}

const (
	// leaseDuration is how long a run counts as alive after its last sign;
	// leasePeriod is how often it gives one.
	leaseDuration = 40 * time.Second
	leasePeriod   = 10 * time.Second
	// processAnnotation on lease and namespace names host, boot, PID namespace
	// and process of the runner, so that on the same machine a dead run is known
	// at once.
	processAnnotation = "hookcheck.dev/process"
	// accountWithin bounds the wait for the default service account, without
	// which admission refuses pods.
	accountWithin = 30 * time.Second
)

// openSpace makes the namespace hookcheck-<run>, or uses the given one, and
// marks it by a lease.
func openSpace(ctx context.Context, client kubernetes.Interface, run, given string) (*space, error) {
	s := &space{name: given, run: run}
	if given == "" {
		s.name, s.own = "hookcheck-"+run, true
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.name, Labels: s.labels(),
			Annotations: map[string]string{processAnnotation: thisProcess()}}}
		if _, err := client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil {
			switch {
			case apierrors.IsForbidden(err):
				return nil, fmt.Errorf("%w\nAsk for that right, or name a namespace that you may use with --namespace", err)
			case apierrors.IsAlreadyExists(err):
				return nil, fmt.Errorf("%w: a run called %s is at work, or the namespace is somebody else's; choose another name with --run", err, run)
			}
			return nil, fmt.Errorf("create namespace %s: %w", s.name, err)
		}
	}
	err := s.open(ctx, client)
	if apierrors.IsAlreadyExists(err) { // nothing here is ours to remove
		return nil, fmt.Errorf("%w: a run called %s is at work there; choose another name with --run", err, run)
	}
	if err != nil {
		removing, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanWithin)
		defer cancel()
		return nil, errors.Join(err, s.remove(removing, client))
	}
	return s, nil
}

func (s *space) open(ctx context.Context, client kubernetes.Interface) error {
	now := metav1.NowMicro()
	seconds := int32(leaseDuration / time.Second)
	holder := s.run
	_, err := client.CoordinationV1().Leases(s.name).Create(ctx, &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Name: s.lease(), Labels: s.labels(), Annotations: map[string]string{processAnnotation: thisProcess()}},
		Spec:       coordinationv1.LeaseSpec{HolderIdentity: &holder, LeaseDurationSeconds: &seconds, AcquireTime: &now, RenewTime: &now},
	}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("create the run's lease in namespace %s: %w", s.name, err)
	}
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, accountWithin, true, func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().ServiceAccounts(s.name).Get(ctx, "default", metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		return err == nil || apierrors.IsForbidden(err), nil
	})
	if err != nil {
		return fmt.Errorf("namespace %s got no default service account within %s: is the controller manager running? %w", s.name, accountWithin, err)
	}
	return nil
}

func (s *space) lease() string { return "hookcheck-" + s.run }

func (s *space) labels() map[string]string {
	return map[string]string{scenario.ManagedByLabel: scenario.ManagedBy, scenario.RunLabel: s.run}
}

// renew keeps the lease fresh until the context ends. A failure is left to the
// next attempt: the lease outlives three of them.
func (s *space) renew(ctx context.Context, client kubernetes.Interface) {
	go wait.UntilWithContext(ctx, func(ctx context.Context) {
		patch := fmt.Sprintf(`{"spec":{"renewTime":%q}}`, time.Now().UTC().Format(metav1.RFC3339Micro))
		_, _ = client.CoordinationV1().Leases(s.name).Patch(ctx, s.lease(), "application/merge-patch+json", []byte(patch), metav1.PatchOptions{})
	}, leasePeriod)
}

// remove removes what the run made and waits until it is gone.
func (s *space) remove(ctx context.Context, client kubernetes.Interface) error {
	besides := make(chan error, 1)
	go func() { besides <- s.removeBesides(ctx, client) }() // each namespace takes its time
	err := removeRun(ctx, client, s.name, s.run, s.own)
	return errors.Join(<-besides, err)
}

// thisProcess names the process: host/boot/PID namespace/pid/start, as Linux
// knows them.
func thisProcess() string {
	return strings.Join(append(here(), strconv.Itoa(os.Getpid()), startTime(os.Getpid())), "/")
}

// here is where process ids mean what they mean to us.
func here() []string {
	host, _ := os.Hostname()
	namespace, _ := os.Readlink("/proc/self/ns/pid")
	return []string{host, bootID(), namespace}
}

// knownDead tells whether a process of this very machine is known to be gone.
// Of another machine's process nothing is known.
func knownDead(process string) bool {
	parts := strings.Split(process, "/")
	if len(parts) != 5 || bootID() == "" || !slices.Equal(parts[:3], here()) {
		return false
	}
	pid, err := strconv.Atoi(parts[3])
	return err == nil && startTime(pid) != parts[4]
}

func bootID() string {
	data, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(data))
}

// startTime is field 22 of /proc/<pid>/stat, which tells two processes with the
// same id apart (proc(5)); empty where there is no such process.
func startTime(pid int) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The name, field 2, is in parentheses and may hold any character.
	fields := strings.Fields(string(data)[strings.LastIndexByte(string(data), ')')+1:])
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}
