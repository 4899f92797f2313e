package reports

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Every test runs in a synctest bubble: the clock is a fake one, and a goroutine
// that Close leaves behind fails the test.

// writes keeps each write apart.
type writes struct {
	mu   sync.Mutex
	list []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, string(p))
	return len(p), nil
}

func (w *writes) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.list
	w.list = nil
	return list
}

func columns(n int) func() int { return func() int { return n } }

func result(id string, v requirement.Verdict) requirement.Result {
	r := requirement.Result{Requirement: id, Scenario: "grace/default_30", Verdict: v, Seconds: 4}
	switch v {
	case requirement.NonConformant:
		r.Expected, r.Seen = "30 s", "7 s"
	case requirement.Inconclusive:
		r.Reason = "clock-error: too near"
	}
	return r
}

// pass lets the fake clock run and the ticks be drawn.
func pass(d time.Duration) { time.Sleep(d); synctest.Wait() }

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		p := NewProgress(&out, true, columns(180), 47, 61)
		p.Started("grace/default_30")
		pass(time.Second + 10*time.Millisecond)
		p.Started("prestop/exec")
		out.take()
		pass(17 * time.Second)
		list := out.take()
		if got, want := list[len(list)-1], "\r\x1b[2K[ 0/47 scenarios · 0 conformant · 2 running · 45 left · longest: grace/default_30 18s ]"; got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}

		p.Waiting("prestop/exec", "the pod\nto be ready")
		p.Finished("grace/default_30", []requirement.Result{
			result("grace.a", requirement.Conformant), result("grace.b", requirement.NonConformant),
			result("grace.c", requirement.Inconclusive), result("grace.d", requirement.NotApplicable),
			result("grace.f", requirement.KnownDeviation), result("grace.g", requirement.UnexpectedPass),
		})
		p.Note("warning: the node is slow")
		equal(t, out.take()) // nothing before the tick
		pass(redrawEvery)
		equal(t, out.take(), "\r\x1b[2K"+
			"non-conformant  grace.b  (grace/default_30)  expected 30 s; seen 7 s\n"+
			"inconclusive  grace.c  (grace/default_30)  clock-error: too near\n"+
			"unexpected pass  grace.g  (grace/default_30)\n"+
			"warning: the node is slow\n"+
			"[ 1/47 scenarios · 1 conformant · 1 non-conformant · 1 unexpected pass · 1 inconclusive · 1 known deviation · 1 not applicable · 1 running · 45 left · longest: prestop/exec 17s (…")

		p.Finished("prestop/exec", []requirement.Result{result("grace.e", requirement.NonConformant)})
		out.take()
		p.Close()
		equal(t, out.take(), "\r\x1b[2Knon-conformant  grace.e  (grace/default_30)  expected 30 s; seen 7 s\n")

		p.Close()
		p.Started("late")
		p.Finished("late", nil)
		p.Note("late")
		pass(time.Minute)
		equal(t, out.take())
	})
}

func TestProgressRedrawsAtMostFiveTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		p := NewProgress(&out, true, nil, 1000, 1000)
		defer p.Close()
		for i := range 1000 {
			name := fmt.Sprintf("s/%d", i)
			p.Started(name)
			p.Finished(name, []requirement.Result{result(name, requirement.NonConformant)})
			pass(time.Millisecond)
		}
		list := out.take()
		if len(list) < 4 || len(list) > 5 {
			t.Errorf("%d writes in a second of events, want 4 or 5", len(list))
		}
		for _, s := range list {
			last := s[strings.LastIndexAny(s, "\nK")+1:]
			if n := len([]rune(last)); n > 79 {
				t.Errorf("%d columns on a terminal of 80: %q", n, last)
			}
		}
		pass(10 * time.Second)
		if n := len(out.take()); n > 1 {
			t.Errorf("%d writes while nothing changed", n)
		}
	})
}

func TestProgressElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		p := NewProgress(&out, false, nil, 10, 20)
		pass(15 * time.Second)
		equal(t, out.take(), "… 0/10 scenarios, 0/20 requirements, 10 left, nothing runs\n")

		p.Started("grace/default_30")
		p.Waiting("grace/default_30", "the end of the pod")
		time.Sleep(2500 * time.Millisecond)
		p.Started("prestop/exec")
		p.Started("prestop/exec") // a second call changes nothing
		time.Sleep(2 * time.Second)
		p.Finished("prestop/exec", []requirement.Result{
			result("prestop.a", requirement.Conformant), result("prestop.b", requirement.Conformant), result("prestop.c", requirement.NonConformant)})
		equal(t, out.take(),
			"1/10  prestop/exec  2.0s  2 conformant · 1 non-conformant\n",
			"non-conformant  prestop.c  (grace/default_30)  expected 30 s; seen 7 s\n")

		pass(10500 * time.Millisecond)
		equal(t, out.take(), "… 1/10 scenarios, 3/20 requirements, 8 left, 1 running: grace/default_30 15s (waits for the end of the pod)\n")

		p.Finished("grace/default_30", nil)
		p.Finished("never/started", []requirement.Result{result("never.a", requirement.NotApplicable)})
		p.Note("a warning\x1b[2J")
		equal(t, out.take(),
			"2/10  grace/default_30  15s  no result\n",
			"3/10  never/started  4.0s  1 not applicable\n",
			"a warning[2J\n")
		p.Close()
		pass(time.Minute)
		equal(t, out.take())
	})
}

func TestProgressNamesTheOldestFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		p := NewProgress(&out, false, nil, 9, 9)
		defer p.Close()
		for i := range 8 {
			p.Started(fmt.Sprintf("s/%d", i))
			time.Sleep(time.Second)
		}
		pass(7 * time.Second)
		equal(t, out.take(), "… 0/9 scenarios, 0/9 requirements, 1 left, 8 running: s/0 15s, s/1 14s, s/2 13s, s/3 12s, s/4 11s, s/5 10s and 2 more\n")
	})
}

func TestProgressFromManyGoroutines(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			var out writes
			const n = 200
			p := NewProgress(&out, terminal, columns(100), n, n)
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() {
					name := fmt.Sprintf("s/%d", i)
					p.Started(name)
					p.Waiting(name, "nothing")
					time.Sleep(time.Duration(i) * 100 * time.Millisecond)
					p.Finished(name, []requirement.Result{result(name, requirement.Inconclusive)})
				})
			}
			for range 3 { // Close in the middle, from several sides
				wg.Go(func() { time.Sleep(15 * time.Second); p.Close() })
			}
			wg.Wait()
			all := strings.Join(out.take(), "")
			if got := strings.Count(all, "inconclusive  s/"); got < 149 || got > 151 {
				t.Errorf("terminal %t: %d results told before Close after 15 s, want about 150", terminal, got)
			}
		})
	}
}
