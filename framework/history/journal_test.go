package history_test

import (
	"strings"
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// ended is the history of a pod whose container left this journal.
func ended(journal ...string) *ht.Builder {
	return ht.New("x").Pod(5*time.Second, ht.Pod("p", ht.Terminated("app", 0, 0, 4*time.Second, journal...)))
}

func TestJournalIsParsed(t *testing.T) {
	h := ended(
		ht.Entry(3*time.Second, "beat", "n", "0000021"), // rewritten in place: it stands before what is older
		ht.Entry(time.Second, "start", "v", "1"),
		ht.Entry(2*time.Second, "http", "p", "/x", "h", "Accept:*/*", "h", "X-Twice:a", "h", "x-twice:b", "h", "Empty:", "k", "1", "k", "2"),
	).Done()
	want := "journal start p/app#1\njournal http p/app#1\njournal beat p/app#1\n"
	if got := strings.TrimPrefix(derivedOf(h), "state terminated p/app#1\n"); got != want {
		t.Errorf("in the order of the journal's times:\n%swant\n%s", got, want)
	}
	request := h.First(Request("/x"))
	for key, value := range map[string]string{"pid": "1", "p": "/x", "k": "1,2",
		"header:accept": "*/*", "header:x-twice": "a,b", "header:empty": ""} {
		if got, ok := request.Fields[key]; !ok || got != value {
			t.Errorf("field %s is %q, want %q", key, got, value)
		}
	}
	if len(request.Fields) != 6 {
		t.Errorf("fields %v", request.Fields)
	}
	if request.Time.Clock != NodeClock || request.Time.Width != 0 || !request.Time.At.Equal(ht.At(2*time.Second)) {
		t.Errorf("an entry has the exact time of the node's clock, not %v", request.Time)
	}
	beat := h.First(LastBeat())
	if beat.Time.Width != 150*ms || !beat.Time.At.Equal(ht.At(3*time.Second)) {
		t.Errorf("the process lived on for up to 150 ms after its last beat; got %v", beat.Time)
	}
	if beat.Seq != 1 || request.Seq != 1 {
		t.Errorf("derived events cite the pod version they were made from: %d, %d", beat.Seq, request.Seq)
	}
}

func TestDamagedJournalIsAFlaw(t *testing.T) {
	good := ht.Entry(time.Second, "start")
	for _, tc := range []struct {
		name, journal, reason string
	}{
		{"torn", good + strings.TrimSuffix(good, "\n"), "reason=torn"},
		{"checksum", strings.Replace(good, "start", "stary", 1), "reason=bad-checksum"},
		{"head cut off", good[5:] + good, "reason=head-cut"},
		{"overflow", good + ht.Entry(2*time.Second, "overflow", "k", "http"), "reason=overflow"},
		{"foreign", "exec /agent: no such file\n", "reason=foreign"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			flaws := ended(tc.journal).Done().Flaws()
			if len(flaws) != 1 || !strings.Contains(flaws[0], "defect journal") || !strings.Contains(flaws[0], tc.reason) {
				t.Errorf("flaws %q, want one with %q", flaws, tc.reason)
			}
		})
	}
	if flaws := ended(good).Done().Flaws(); len(flaws) != 0 {
		t.Errorf("a good journal has flaws: %q", flaws)
	}
}

func TestGapIsAFlaw(t *testing.T) {
	flaws := ht.New("x").Gap(3 * time.Second).Done().Flaws()
	if len(flaws) != 1 || !strings.Contains(flaws[0], "gap pods why=too old resource version") {
		t.Errorf("flaws %q", flaws)
	}
}

func TestLogAndJournal(t *testing.T) {
	start, http := ht.Entry(time.Second, "start"), ht.Entry(2*time.Second, "http", "p", "/x")
	lost, beat := ht.Entry(3*time.Second, "http", "p", "/y"), ht.Entry(4*time.Second, "beat", "n", "0000009")
	log := []string{"hello\n", start, http, "not an entry\n", lost, beat}
	count := func(t *testing.T, h *History, p Pattern, n int) {
		t.Helper()
		if got := len(h.All(p)); got != n {
			t.Errorf("%s: %d times, want %d", p, got, n)
		}
	}
	check := func(t *testing.T, h *History) {
		t.Helper()
		count(t, h, Start(), 1)
		count(t, h, Request("/x"), 1)
		count(t, h, Request("/y"), 1) // it found no room in the journal
		count(t, h, LastBeat(), 0)    // the beat of a log is not the last
		count(t, h, Log(), 1)
		if flaws := h.Flaws(); len(flaws) != 0 {
			t.Errorf("other text in a log is no flaw: %q", flaws)
		}
	}
	t.Run("the log first", func(t *testing.T) {
		h := ht.New("x").Log(5*time.Second, "p", "app", log...).
			Pod(6*time.Second, ht.Pod("p", ht.Terminated("app", 0, 0, 4*time.Second, start, http))).Done()
		check(t, h)
	})
	t.Run("the journal first", func(t *testing.T) {
		check(t, ended(start, http).Log(6*time.Second, "p", "app", log...).Done())
	})
	t.Run("of another container it is another entry", func(t *testing.T) {
		h := ended(start).Log(6*time.Second, "p", "side", start).Done()
		count(t, h, Start(), 2)
		count(t, h, Start().In("side"), 1)
	})
	t.Run("of the instance that its reader names", func(t *testing.T) {
		h := ended().Append(6*time.Second, Event{Kind: KindLog, Name: "log", Pod: "p", Container: "app", Instance: 1, Fields: map[string]string{"text": start}}).Done()
		count(t, h, Start().Instance(1), 1)
	})
	t.Run("a log while the second instance runs is of that one", func(t *testing.T) {
		h := ht.New("x").Pod(5*time.Second, ht.Pod("p", ht.Running("app", 1, 4*time.Second), ht.Before(0, 1, 3*time.Second, start))).
			Log(6*time.Second, "p", "app", ht.Entry(4*time.Second, "start")).Done()
		count(t, h, Start().Instance(2), 1)
	})
}
