//go:build unix

package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, path string, opt Options) *Writer {
	t.Helper()
	w, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAppendMirrorAndLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	var log bytes.Buffer
	w := open(t, path, Options{Out: &log, Mirror: true})
	before := time.Now().Truncate(time.Microsecond)
	if err := errors.Join(w.Append("start", F("v", 1)), w.Log("http", F("p", "/a b")), w.Append("exit")); err != nil {
		t.Fatal(err)
	}
	if got := outline(t, content(t, path), Parse); got != "start exit" {
		t.Errorf("journal: %s", got)
	}
	if got := outline(t, log.String(), ParseLog); got != "start http exit" {
		t.Errorf("log: %s", got)
	}
	entries, _ := Parse(content(t, path))
	if e := entries[0]; e.PID != os.Getpid() || e.Time.Before(before) || e.Time.After(time.Now()) {
		t.Errorf("stamp of %v", e)
	}
	if err := w.Append("Bad Kind"); err == nil {
		t.Error("a bad kind is no error")
	}
}

func TestOpenFailsWithTheReason(t *testing.T) {
	if _, err := Open(t.TempDir(), Options{}); err == nil || !strings.HasPrefix(err.Error(), "opening the journal: ") {
		t.Errorf("error %v", err)
	}
}

func TestOverflowIsMarkedOnceAndCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	var log bytes.Buffer
	const limit = 340
	w := open(t, path, Options{Limit: limit, Out: &log})
	for range 3 {
		_ = w.Append("first", F("k", strings.Repeat("x", 50)))
	}
	other := open(t, path, Options{Limit: limit})
	errs := []error{w.Append("usage-error", F("k", strings.Repeat("x", 50))), w.Append("second", F("k", strings.Repeat("x", 90))),
		other.Append("third", F("k", strings.Repeat("x", 90)))}
	for _, err := range errs {
		if !errors.Is(err, ErrFull) {
			t.Errorf("error %v, want ErrFull", err)
		}
	}
	text := content(t, path)
	if got := outline(t, text, Parse); got != "first first first <overflow>" || len(text) > limit {
		t.Errorf("%d bytes: %s", len(text), got)
	}
	_, defects := Parse(text)
	if e, _ := Overflow(defects); !strings.HasPrefix("usage-error", e.Get("k")) || e.Get("k") == "" {
		t.Errorf("overflow entry %v", e)
	}
	lost, _ := ParseLog(log.String())
	if len(lost) != 2 || lost[1].Kind != KindLost || lost[1].Get("k") != "second" || lost[1].Get("n") != "2" {
		t.Errorf("log: %v", lost)
	}
}

// A journal full of traffic still has room for the end.
func TestBulkLeavesRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	w := open(t, path, Options{})
	for range 200 {
		_ = w.AppendBulk("http", F("p", "/status/200"))
	}
	for range 10 {
		if err := w.Append("signal", F("name", "SIGTERM")); err != nil {
			t.Fatal(err)
		}
	}
	text := content(t, path)
	if got := outline(t, text, Parse); !strings.HasSuffix(got, "http <overflow>"+strings.Repeat(" signal", 10)) {
		t.Error(got)
	}
	if len(text) > DefaultLimit {
		t.Errorf("%d bytes", len(text))
	}
}

// Many writers with their own descriptors, as processes have them: no damaged line, and never past the limit.
func TestConcurrentWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	var wg sync.WaitGroup
	for range 8 {
		w := open(t, path, Options{})
		wg.Go(func() {
			for i := range 30 {
				_ = w.Append("tick", F("i", i))
			}
		})
	}
	wg.Wait()
	text := content(t, path)
	if got := outline(t, text, Parse); strings.Count(got, "<") != 1 || !strings.Contains(got, "<overflow>") {
		t.Error(got)
	}
	if n := len(text); n > DefaultLimit || n < DefaultLimit-2*Reserve {
		t.Errorf("%d bytes", n)
	}
}

func TestBeatIsRewrittenInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	w := open(t, path, Options{})
	_ = w.Append("start")
	if err := w.StartBeat(2 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := w.StartBeat(0); err == nil {
		t.Error("a second beat is no error")
	}
	other := open(t, path, Options{})
	for range 5 {
		_ = other.Append("tick")
		time.Sleep(4 * time.Millisecond)
	}
	for w.Beats() < 3 {
		time.Sleep(time.Millisecond)
	}
	_ = w.Close()
	if got := outline(t, content(t, path), Parse); got != "start beat"+strings.Repeat(" tick", 5) {
		t.Error(got)
	}
	entries, _ := Parse(content(t, path))
	if n, when, ok := Beat(entries); !ok || int64(n) != w.Beats() || !when.After(entries[0].Time) {
		t.Errorf("beat %d at %v, counted %d", n, when, w.Beats())
	}
}

func TestBeatWithoutRoom(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "journal"), Options{Limit: 60})
	if err := w.StartBeat(0); !errors.Is(err, ErrFull) {
		t.Errorf("error %v, want ErrFull", err)
	}
}
