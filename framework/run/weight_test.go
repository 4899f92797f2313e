package run

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// TestMeterCounts: each request once, whatever came of it, and a watch however
// much it brings; what is asked for a scenario also for that.
func TestMeterCounts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Query().Get("watch") != "" {
			for range 3 {
				_, _ = w.Write([]byte(`{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"}}}`))
			}
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	m := newMeter()
	original := &rest.Config{Host: server.URL}
	client, err := kubernetes.NewForConfig(m.attach(original))
	if err != nil {
		t.Fatal(err)
	}
	if original.WrapTransport != nil {
		t.Error("the caller's configuration was changed")
	}
	pods := client.CoreV1().Pods("x")
	ctx := within(t.Context(), "grace/floor")
	_, _ = pods.Get(ctx, "p", metav1.GetOptions{})
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute) // as the clean-up has it
	defer cancel()
	_, _ = pods.Get(limited, "p", metav1.GetOptions{})
	_, _ = pods.Get(t.Context(), "p", metav1.GetOptions{})
	watch, err := pods.Watch(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	brought := 0
	for range watch.ResultChan() {
		brought++
	}
	w := m.weight()
	if brought != 3 || w.Requests != 4 || w.ByScenario["grace/floor"] != 2 || len(w.ByScenario) != 1 {
		t.Errorf("%d events; %+v", brought, w)
	}
}

func TestMeterAddsUpScenarios(t *testing.T) {
	m := newMeter()
	m.pod("uid-first")
	h := ht.New("x").Pod(0, ht.Pod("p")).Pod(time.Second, ht.Pod("p")).Pod(time.Second, ht.Pod("q")).Done()
	m.ran(h, 3*time.Second)
	m.ran(ht.New("y").Pod(0, ht.Pod("r")).Done(), 2*time.Second)
	if w := m.weight(); w.Pods != 4 || w.Running != 5*time.Second || w.Requests != 0 {
		t.Errorf("%+v", w)
	}
}

func TestPeakRSS(t *testing.T) {
	for text, want := range map[string]int64{
		"Name:\thookcheck\nVmPeak:\t 1288888 kB\nVmHWM:\t   83968 kB\nVmRSS:\t 80000 kB\n": 83968 << 10,
		"Name:\tkthreadd\nThreads:\t1\n": 0,
		"VmHWM:\tmuch\n":                 0,
		"":                               0,
	} {
		if got := peakRSS([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if _, err := os.Stat("/proc/self/status"); runtime.GOOS == "linux" && err == nil {
		if w := newMeter().weight(); w.PeakRSS < 1<<20 {
			t.Errorf("this test has %d bytes", w.PeakRSS)
		}
	}
}

// TestSessionMeasuresAndWeighs: what a scenario leaves adds up to the run's.
func TestSessionMeasuresAndWeighs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one")...)
		sc := example(one, func(ctx context.Context) error {
			if name, _ := ctx.Value(scenarioKey{}).(string); name != one {
				t.Errorf("what is asked is asked for %q", name)
			}
			time.Sleep(2 * time.Second)
			return nil
		}, "a.one")
		if _, err := b.Results(t.Context(), sc); err != nil {
			t.Fatal(err)
		}
		if w := b.Weight(); w.Running != 2*time.Second {
			t.Errorf("%+v", w)
		}
		b.measure(ht.New("x").Pod(3*time.Second, ht.Pod("p", ht.Terminated("app", 0, 0, 2*time.Second,
			ht.Entry(time.Second, "start"), ht.Entry(2*time.Second, "hook-begin", "name", history.PostStart)))).Done())
		want := requirement.Measurement{Count: 1, Min: 1, Median: 1, P90: 1, Max: 1}
		if m := b.Measurements()["start-to-poststart"]; m != want {
			t.Errorf("%+v, want %+v", m, want)
		}
	})
}
