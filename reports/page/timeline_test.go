package page

import (
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// marksOf lists a lane's marks as text: from, to, class, what.
func marksOf(t timeline, lane string) []string {
	var texts []string
	for _, l := range t.lanes {
		if l.name == lane {
			for _, m := range l.marks {
				texts = append(texts, fmt.Sprintf("%.3f %.3f %s %s", m.from, m.to, m.class, m.text))
			}
		}
	}
	return texts
}

// TestDraw: the clocks agree to within 5 ms, whole seconds are a second wide.
func TestDraw(t *testing.T) {
	yes, no := true, false
	h := ht.New("x").
		Append(0, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "begin"}}).
		Append(100*time.Millisecond, history.Event{Kind: history.KindStep, Name: "delete", Pod: "p", Fields: map[string]string{"phase": "end", "error": "refused"}}).
		Append(200*time.Millisecond, history.Event{Kind: history.KindStep, Name: "await readiness", Fields: map[string]string{"phase": "begin"}}).
		Slice(500*time.Millisecond, discoveryv1.Endpoint{Addresses: []string{"10.0.0.1"}, Conditions: discoveryv1.EndpointConditions{Ready: &yes}}).
		Pod(time.Second, ht.Pod("p", ht.Phase(corev1.PodRunning), ht.Running("app", 0, time.Second))).
		Slice(2*time.Second, discoveryv1.Endpoint{Addresses: []string{"10.0.0.1"}, Conditions: discoveryv1.EndpointConditions{Ready: &no, Terminating: &yes}}).
		Gap(2500*time.Millisecond).
		Pod(3*time.Second, ht.Pod("p", ht.Phase(corev1.PodRunning), ht.Deleting(3*time.Second, 30), ht.Running("app", 0, time.Second))).
		Pod(9*time.Second, ht.Pod("p", ht.Phase(corev1.PodFailed), ht.Deleting(3*time.Second, 30), ht.Terminated("app", 0, 137, 8*time.Second,
			ht.Entry(2*time.Second, "hook-begin", "name", "postStart"),
			ht.Entry(3*time.Second, "hook-end", "name", "postStart", "exit", "0"),
			ht.Entry(4*time.Second, "hook-begin", "name", "preStop"),
			ht.Entry(6*time.Second, "signal", "name", "SIGTERM"),
			ht.Entry(7*time.Second, "probe", "name", "readiness", "ok", "false")))).
		Done()
	drawn := draw(h)
	if drawn.low != 0 || drawn.high != 10 {
		t.Errorf("from %v to %v: the deadline must not stretch the picture", drawn.low, drawn.high)
	}
	for lane, want := range map[string][]string{
		"steps":      {"0.200 10.000 wt await readiness (no end)", "0.000 0.100 st p delete: refused"},
		"phase":      {"1.000 9.000 ph Running", "9.000 10.000 ph Failed"},
		"deletion":   {"3.000 10.000 de being deleted, grace 30 s", "10.000 10.000 si deletionTimestamp, the end of the grace period: at +33 s, beyond this picture"},
		"app state":  {"1.500 8.500 ru running", "0.995 2.005 un running began", "7.995 9.005 er terminated exitCode=137 reason=Error"},
		"app hooks":  {"1.995 3.005 ho postStart, exit 0", "3.995 9.005 ho er preStop: no end was recorded"},
		"app ready":  {"1.000 9.000 re ready"},
		"app probes": {"6.995 7.005 pr er probe name=readiness ok=false"},
		"10.0.0.1 ready": {
			"0.500 2.000 re ready"},
		"10.0.0.1 terminating": {"2.000 10.000 de terminating"},
		"app signals":          {"5.995 6.005 si signal name=SIGTERM"},
		"record":               {"2.500 2.500 er gap pods why=too old resource version"},
	} {
		if got := marksOf(drawn, lane); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", lane, got, want)
		}
	}
}

// TestHookEndsInTheSecondOfItsContainer: the end of the container is known to the
// second, that of the hook exactly.
func TestHookEndsInTheSecondOfItsContainer(t *testing.T) {
	h := ht.New("x").Pod(9*time.Second, ht.Pod("p", ht.Terminated("app", 0, 0, 8*time.Second,
		ht.Entry(4*time.Second, "hook-begin", "name", "preStop"),
		ht.Entry(8900*time.Millisecond, "hook-end", "name", "preStop", "exit", "0")))).Done()
	if got, want := marksOf(draw(h), "app hooks"), []string{"3.995 8.905 ho preStop, exit 0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNiceStep(t *testing.T) {
	for least, want := range map[float64]float64{0.9: 1, 1: 1, 1.1: 2, 3: 5, 7: 10, 0.03: 0.05, 40: 50} {
		if got := niceStep(least); got < want*0.999 || got > want*1.001 {
			t.Errorf("%v: %v, want %v", least, got, want)
		}
	}
}

func TestSqueeze(t *testing.T) {
	for _, tc := range []struct {
		text  string
		limit int
		want  string
	}{{"short", 5, "short"}, {"a-long-name ready", 11, "a-lon…ready"}} {
		if got := squeeze(tc.text, tc.limit); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{0: "0 s", 0.000012: "12 µs", 0.0123: "12.3 ms", -0.5: "-500 ms", 1.234: "1.23 s", 30: "30 s", 123: "123 s"} {
		if got := duration(seconds); got != want {
			t.Errorf("%v: %q, want %q", seconds, got, want)
		}
	}
}

func TestDecided(t *testing.T) {
	for window, want := range map[string]string{
		"  +  1.0s a\n> +  2.0s b\n  +  3.0s c\n> + 4s d\n": "+  2.0s b\n+ 4s d",
		"  +  1.0s a\n": "  +  1.0s a\n",
		"":              "",
	} {
		if got := decided(window); got != want {
			t.Errorf("%q: %q, want %q", window, got, want)
		}
	}
}
