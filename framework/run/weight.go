package run

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/framework/history"
)

// Weight is what a run cost the cluster, and the machine that it ran on.
type Weight struct {
	// Requests is how many requests the API server got. A watch is one, however
	// long it lasts; so is an exec.
	Requests int
	// ByScenario is how many of them were made for a scenario. The others are
	// the watches, the set-up and the clean-up.
	ByScenario map[string]int
	// Running is the sum of the times that scenarios took, clean-up included.
	Running time.Duration
	// Pods is how many pods there were, those that controllers made included.
	Pods int
	// PeakRSS is the most memory that this process had, in bytes; 0 where the
	// system does not tell.
	PeakRSS int64
}

// A meter weighs a run.
type meter struct {
	mu         sync.Mutex
	requests   int
	byScenario map[string]int
	running    time.Duration
	pods       map[types.UID]bool
}

func newMeter() *meter {
	return &meter{byScenario: map[string]int{}, pods: map[types.UID]bool{}}
}

// attach returns a copy of a configuration whose requests are counted.
func (m *meter) attach(config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return &counting{next: next, meter: m} })
	return config
}

// scenarioKey is the key of a context's scenario.
type scenarioKey struct{}

// within marks what is asked with this context as asked for a scenario.
func within(ctx context.Context, scenario string) context.Context {
	return context.WithValue(ctx, scenarioKey{}, scenario)
}

// counting counts the requests that pass through it.
type counting struct {
	next  http.RoundTripper
	meter *meter
}

// RoundTrip implements http.RoundTripper.
func (c *counting) RoundTrip(request *http.Request) (*http.Response, error) {
	c.meter.count(request.Context())
	return c.next.RoundTrip(request)
}

// WrappedRoundTripper lets client-go find what is beneath.
func (c *counting) WrappedRoundTripper() http.RoundTripper { return c.next }

func (m *meter) count(ctx context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests++
	if scenario, ok := ctx.Value(scenarioKey{}).(string); ok {
		m.byScenario[scenario]++
	}
}

// ran adds a scenario that has ended.
func (m *meter) ran(h *history.History, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running += took
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == history.KindPod {
			m.pods[e.PodObject.UID] = true
		}
	}
}

// pod adds a pod that belongs to no scenario.
func (m *meter) pod(uid types.UID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pods[uid] = true
}

func (m *meter) weight() Weight {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := Weight{Requests: m.requests, ByScenario: map[string]int{}, Running: m.running, Pods: len(m.pods)}
	for scenario, n := range m.byScenario {
		w.ByScenario[scenario] = n
	}
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		w.PeakRSS = peakRSS(status)
	}
	return w
}

// peakRSS reads VmHWM out of a /proc/<pid>/status (proc_pid_status(5)): the most
// resident memory so far, in bytes; 0 where it is not there.
func peakRSS(status []byte) int64 {
	for line := range bytes.Lines(status) {
		var kilobytes int64
		if n, err := fmt.Sscanf(string(line), "VmHWM: %d kB", &kilobytes); n == 1 && err == nil {
			return kilobytes << 10
		}
	}
	return 0
}
