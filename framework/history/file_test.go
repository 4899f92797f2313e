package history_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// recorded is a history with every kind of raw event and fractions of seconds.
func recorded() *ht.Builder {
	b := stopped()
	b.History.Header.Node, b.History.Header.KubeletVersion = "node-1", "v1.36.4"
	return b.Slice(7*time.Second).
		Append(7*time.Second, NewWrittenEvent("Pod", ht.Pod("p"), ht.Pod("p"), ht.At(7*time.Second))).
		Append(7*time.Second+123456789, Event{Kind: KindNote, Name: "exec", Fields: map[string]string{"stdout": "ä\n<&>"}}).
		Log(8*time.Second, "p", "app", ht.Entry(5305*ms, "clean"), "other text\n").
		Gap(9 * time.Second)
}

// asSeen is all that a verdict could depend on.
func asSeen(t *testing.T, h *History) string {
	t.Helper()
	all := make([]*Event, len(h.Events))
	for i := range h.Events {
		all[i] = &h.Events[i]
	}
	return h.Timeline(all) + names(all) + strings.Join(h.Flaws(), "\n") + "\n" + h.Incomplete() + strings.Join(h.Pods(), " ")
}

func encode(t *testing.T, h *History) string {
	t.Helper()
	var b bytes.Buffer
	if err := h.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSaveAndLoad(t *testing.T) {
	for name, h := range map[string]*History{
		"whole":   recorded().Done(),
		"failed":  recorded().Failed("create: no"),
		"cut off": recorded().History,
		"no more": ht.New("x").Done(),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "histories", "prestop", "sample.jsonl")
			if err := h.Save(path); err != nil {
				t.Fatal(err)
			}
			back, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := asSeen(t, back), asSeen(t, h); got != want {
				t.Errorf("loaded:\n%s\nsaved:\n%s", got, want)
			}
			if back.Header.APIVersion != Version || len(back.Header.Offsets) != len(h.Header.Offsets) {
				t.Errorf("header %+v", back.Header)
			}
			for i := range back.Events {
				got, want := back.Events[i], h.Events[i]
				if got.Seq != want.Seq || !maps.Equal(got.Fields, want.Fields) || !sameStamp(got.Time, want.Time) || !got.Arrived.Equal(want.Arrived) {
					t.Errorf("event %d:\n%+v\nwant\n%+v", i, got, want)
				}
			}
			if again := encode(t, back); again != encode(t, h) {
				t.Errorf("encoded again:\n%s", again)
			}
			if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func sameStamp(a, b Stamp) bool {
	return a.Clock == b.Clock && a.Width == b.Width && a.At.Equal(b.At)
}

func TestDerivedEventsAreNotStored(t *testing.T) {
	text := encode(t, recorded().Done())
	for _, kind := range []Kind{KindState, KindJournal, KindDefect} {
		if strings.Contains(text, `"kind":"`+string(kind)+`"`) {
			t.Errorf("an event of kind %s is in the file", kind)
		}
	}
}

// TestNoMonotonicReading: where the machine's clock is set during a run, times
// must differ as they will when the record is loaded.
func TestNoMonotonicReading(t *testing.T) {
	now := time.Now()
	h := New(Header{Started: now})
	h.Append(Event{Kind: KindNote, Arrived: now, Time: Stamp{Clock: RunnerClock, At: now}})
	h.Close(now, "")
	for _, at := range []time.Time{h.Header.Started, h.Footer.Ended, h.Events[0].Arrived, h.Events[0].Time.At} {
		if strings.Contains(at.String(), "m=") {
			t.Errorf("%v has a monotonic reading", at)
		}
	}
}

func TestSaveTells(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h := ht.New("x").Done()
	if err := h.Save(filepath.Join(dir, "file", "h.jsonl")); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "file")) {
		t.Errorf("error %v", err)
	}
	if _, err := Load(filepath.Join(dir, "missing.jsonl")); !os.IsNotExist(err) {
		t.Errorf("error %v", err)
	}
}

func TestOnlyTheFirstVersionKeepsItsSpec(t *testing.T) {
	pod := func() *corev1.Pod {
		p := ht.Pod("p")
		p.Spec.NodeName = "node-1"
		p.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubelet"}}
		p.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: "{}", "mine": "kept"}
		return p
	}
	second := pod()
	h := ht.New("x").Pod(0, pod()).Pod(time.Second, second).Done()
	if h.Spec("p").NodeName != "node-1" || h.Pod("p").Spec.NodeName != "" || h.Spec("q") != nil || h.Pod("q") != nil {
		t.Errorf("spec %+v, last version %+v", h.Spec("p"), h.Pod("p").Spec)
	}
	if second.Spec.NodeName == "" {
		t.Error("the caller's pod was changed")
	}
	if last := h.Pod("p"); last.ManagedFields != nil || len(last.Annotations) != 1 || last.Annotations["mine"] != "kept" {
		t.Errorf("not trimmed: %+v", last.ObjectMeta)
	}
}

func TestDecode(t *testing.T) {
	text := encode(t, stopped().Done())
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	header, footer := lines[0], lines[len(lines)-1]+"\n"
	event := `{"event":{"seq":1,"kind":"step","name":"x"}}` + "\n"
	for _, tc := range []struct {
		name, text string
		want       string // of the error; "ok" or "cut off" where there is none
	}{
		{"whole", text, "ok"},
		{"no newline at the end", strings.TrimSuffix(text, "\n"), "ok"},
		{"torn footer", text[:len(text)-10], "cut off"},
		{"torn event", header + event + event[:20], "cut off"},
		{"no footer", header + event, "cut off"},
		{"header only", header, "cut off"},
		{"empty", "", "the history is empty"},
		{"torn header", header[:20], "the history is empty\nline 1: "},
		{"garbage", header + event + "garbage\n" + event, "line 3: "},
		{"garbage in the first line", "garbage\n" + text, "line 1: "},
		{"no header", event + event, "line 1: the first line of a history is its header"},
		{"another version", strings.Replace(text, Version, "hookcheck.dev/history/v9", 1),
			`line 1: version "hookcheck.dev/history/v9" is not "hookcheck.dev/history/v1", which this hookcheck reads`},
		{"event after footer", text + event, "something follows the footer"},
		{"second footer", header + footer + footer, "line 3: something follows the footer"},
		{"second header", header + header, "line 2: neither event nor footer"},
		{"nothing", header + "{}\n" + event, "line 2: neither event nor footer"},
		{"a derived event", header + `{"event":{"seq":1,"kind":"journal"}}`, `line 2: an event of kind "journal" is not one that is stored`},
		{"an unknown kind", header + `{"event":{"seq":1,"kind":"dream"}}`, `line 2: an event of kind "dream" is not one that is stored`},
		{"a pod without its object", header + `{"event":{"seq":1,"kind":"pod"}}`, `line 2: an event of kind "pod" lacks its object`},
		{"an Event without its object", header + `{"event":{"seq":1,"kind":"event"}}`, `line 2: an event of kind "event" lacks its object`},
		{"a slice without its object", header + `{"event":{"seq":1,"kind":"slice"}}`, `line 2: an event of kind "slice" lacks its object`},
		{"a line too long", header + `{"event":{"name":"` + strings.Repeat("x", 5<<20), "line 2: bufio.Scanner: token too long"},
		{"garbage in the last line, whole", header + event + "garbage\n", "line 3: "},
		{"garbage after the footer", text + "garb", "invalid character"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, err := Decode(strings.NewReader(tc.text))
			got := ""
			switch {
			case err != nil:
				got = err.Error()
			case h.Footer == nil && h.Incomplete() == "the recording was cut off":
				got = "cut off"
			case h.Incomplete() == "":
				got = "ok"
			}
			if !strings.Contains(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.jsonl")
	if err := os.WriteFile(path, []byte("a\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.HasPrefix(err.Error(), path+": line 1: ") {
		t.Errorf("error %v", err)
	}
}
