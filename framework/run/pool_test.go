package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	clienttesting "k8s.io/client-go/testing"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

func TestResults(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one", "a.two")...)
		b.clocks.sample(history.NodeClock, time.Now(), 0, time.Now(), time.Now())
		started := time.Now()
		results, err := b.Results(t.Context(), example(one, func(context.Context) error { time.Sleep(time.Second); return nil }, "a.two", "a.unselected", "a.one"))
		if err != nil {
			t.Fatal(err)
		}
		if len(results) != 2 || results[0].Requirement != "a.two" || results[1].Requirement != "a.one" {
			t.Fatalf("%+v", results)
		}
		if r := results[0]; r.Verdict != requirement.Conformant || r.Scenario != one || r.File != "suites/x.go" || r.Line != 1 ||
			r.History != "histories/grace/floor.jsonl" || !r.Started.Equal(started) || r.Seconds != 1 {
			t.Errorf("%+v", r)
		}
		digest, err := history.Digest(filepath.Join(b.o.Artifacts, scenario.HistoryPath(one)))
		if err != nil || results[0].HistoryDigest != digest || results[1].HistoryDigest != digest {
			t.Errorf("the results name another history than %s, %v: %+v", digest, err, results)
		}
		b.sink.expect(t, "started grace/floor", "result a.two conformant", "result a.one conformant", "finished grace/floor")
		h := historyOf(t, b, one)
		if h.Header.Scenario != one || h.Header.Run != "k7" || h.Header.Node != "node-1" || h.Header.KubeletVersion != "v1.35.1" ||
			h.Header.Runtime != "containerd://2.2.1" || len(h.Header.Offsets) != 1 || h.Incomplete() != "" {
			t.Errorf("header %+v, %s", h.Header, h.Incomplete())
		}
	})
}

func TestUnselectedScenarioIsNotRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one")...)
		b.o.Procs = 2
		forbidden := func(context.Context) error { t.Error("it was run"); return nil }
		sc := example(two, forbidden, "a.two")
		b.Start(t.Context(), []*scenario.Scenario{sc})
		synctest.Wait()
		results, err := b.Results(t.Context(), sc)
		if results != nil || err != nil {
			t.Errorf("%v, %v", results, err)
		}
		b.sink.expect(t)
	})
}

func TestNotApplicable(t *testing.T) {
	newer, exec := requirement.Requirement{ID: "a.newer", Since: "1.36"}, requirement.Requirement{ID: "a.exec", Needs: []requirement.Need{requirement.NeedExec}}
	t.Run("without running", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t, newer, exec)
			results, err := b.Results(t.Context(), example(one, func(context.Context) error { t.Error("it was run"); return nil }, "a.newer", "a.exec"))
			if err != nil || len(results) != 2 {
				t.Fatalf("%v, %v", results, err)
			}
			for i, want := range []string{"version: holds since 1.36, the kubelet is 1.35.1", "needs-pods/exec: not allowed"} {
				if r := results[i]; r.Verdict != requirement.NotApplicable || r.Reason != want || r.Scenario != one || r.File != "suites/x.go" || r.Line != i+1 {
					t.Errorf("%+v", r)
				}
			}
			b.sink.expect(t, "result a.newer not applicable", "result a.exec not applicable")
		})
	})
	t.Run("beside what applies", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t, append(named("a.one"), newer)...)
			results, err := b.Results(t.Context(), example(one, nil, "a.one", "a.newer"))
			if err != nil || len(results) != 2 {
				t.Fatalf("%v, %v", results, err)
			}
			b.sink.expect(t, "started grace/floor", "result a.newer not applicable", "result a.one conformant", "finished grace/floor")
		})
	})
	t.Run("a requirement that cannot be decided ends the run", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			b := newBench(t, requirement.Requirement{ID: "a.one", Since: "banana"})
			if _, err := b.Results(t.Context(), example(one, nil, "a.one")); err == nil || !strings.HasPrefix(err.Error(), "requirement a.one: since: ") {
				t.Errorf("error %v", err)
			}
		})
	})
}

func TestResultErrorEndsTheRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one", "a.two")...)
		b.sink.err = errors.New("disk full")
		sc := example(one, nil, "a.one", "a.two")
		results, err := b.Results(t.Context(), sc)
		if results != nil || !errors.Is(err, b.sink.err) || err.Error() != "write down the verdict on a.one: disk full" {
			t.Errorf("%v, %v", results, err)
		}
		if _, again := b.Results(t.Context(), sc); again == nil || again.Error() != err.Error() {
			t.Errorf("asked again: %v", again)
		}
		b.sink.expect(t, "started grace/floor", "result a.one conformant")
	})
}

// TestRecordedIsNotRun: what an earlier part of the run recorded is judged, unless
// somebody changed it.
func TestRecordedIsNotRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one")...)
		if _, err := b.Results(t.Context(), example(one, nil, "a.one")); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(b.o.Artifacts, scenario.HistoryPath(one))
		digest, err := history.Digest(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct{ digest, want string }{
			{digest, ""},
			{"sha256:0", "judge what was recorded of grace/floor: " + path + " was changed since: its digest is " + digest + ", the results say sha256:0"},
		} {
			later := newBench(t, named("a.two")...)
			later.o.Artifacts, later.o.Recorded = b.o.Artifacts, map[string]string{one: tc.digest}
			results, err := later.Results(t.Context(), example(one, func(context.Context) error { return errors.New("it was run") }, "a.one", "a.two"))
			if tc.want != "" {
				if err == nil || err.Error() != tc.want {
					t.Errorf("%v, want %s", err, tc.want)
				}
				continue
			}
			if err != nil || len(results) != 1 || results[0].Verdict != requirement.Conformant || results[0].HistoryDigest != digest {
				t.Errorf("%+v, %v", results, err)
			}
			later.sink.expect(t, "started grace/floor", "result a.two conformant", "finished grace/floor")
		}
	})
}

func TestFailedScenarioIsInconclusive(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one")...)
		results, err := b.Results(t.Context(), example(one, func(context.Context) error { return errors.New("no image") }, "a.one"))
		if err != nil || results[0].Verdict != requirement.Inconclusive || results[0].Reason != "the scenario was not carried through: work: no image" {
			t.Errorf("%+v, %v", results, err)
		}
		if why := historyOf(t, b, one).Incomplete(); why != "work: no image" {
			t.Errorf("saved: %q", why)
		}
	})
}

func TestCleanUpFailureIsAWarning(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one")...)
		b.client.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no") })
		results, err := b.Results(t.Context(), example(one, nil, "a.one"))
		if err != nil || results[0].Verdict != requirement.Conformant {
			t.Errorf("%+v, %v", results, err)
		}
		if !slices.ContainsFunc(b.sink.lines, func(l string) bool { return strings.HasPrefix(l, "warning: clean up after grace.floor: no") }) {
			t.Errorf("told %q", b.sink.lines)
		}
	})
}

func TestUnwritableArtifactsEndTheRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one")...)
		b.o.Artifacts = os.DevNull
		if _, err := b.Results(t.Context(), example(one, nil, "a.one")); err == nil || !strings.HasPrefix(err.Error(), "save the history of grace/floor: ") {
			t.Errorf("error %v", err)
		}
	})
}

func TestInterrupt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one")...)
		ctx, cancel := context.WithCancelCause(t.Context())
		by := errors.New("interrupted")
		results, err := b.Results(ctx, example(one, func(ctx context.Context) error { cancel(by); return ctx.Err() }, "a.one"))
		if results != nil || !errors.Is(err, by) {
			t.Errorf("%v, %v", results, err)
		}
		if why := historyOf(t, b, one).Incomplete(); why != "work: interrupted" {
			t.Errorf("what there is was saved, and says %q", why)
		}
	})
}

func TestScenarioRunsOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one", "a.two")...)
		runs := 0
		sc := example(one, func(context.Context) error { runs++; time.Sleep(time.Second); return nil }, "a.one", "a.two")
		b.o.Procs = 1
		b.Start(t.Context(), []*scenario.Scenario{sc, sc})
		for range 3 {
			if results, err := b.Results(t.Context(), sc); err != nil || len(results) != 2 {
				t.Errorf("%v, %v", results, err)
			}
		}
		if runs != 1 {
			t.Errorf("%d runs", runs)
		}
	})
}

func TestProcsBoundsWhatRunsAtOnce(t *testing.T) {
	for procs, want := range map[int]time.Duration{1: 3 * time.Second, 2: 2 * time.Second, 8: time.Second} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, named("a.one", "a.two", "a.three")...)
			b.o.Procs = procs
			second := func(context.Context) error { time.Sleep(time.Second); return nil }
			all := []*scenario.Scenario{example(one, second, "a.one"), example(two, second, "a.two"), example(three, second, "a.three")}
			begin := time.Now()
			b.Start(t.Context(), all)
			for _, sc := range slices.Backward(all) {
				if _, err := b.Results(t.Context(), sc); err != nil {
					t.Error(err)
				}
			}
			if d := time.Since(begin); d != want {
				t.Errorf("%d at once: %s, want %s", procs, d, want)
			}
		})
	}
}

// TestAloneComesLast: what disturbs others runs when all others are done, one
// after the other, and what was not selected is not waited for.
func TestAloneComesLast(t *testing.T) {
	for _, procs := range []int{1, 2, 8} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, named("a.one", "a.two", "a.three")...)
			b.o.Procs = procs
			running := 0
			begin := time.Now()
			took := func(d time.Duration, alone bool) func(context.Context) error {
				return func(context.Context) error {
					running++
					if alone && (running != 1 || time.Since(begin) < 2*time.Second) {
						t.Errorf("%d at once, %d run after %s", procs, running, time.Since(begin))
					}
					time.Sleep(d)
					running--
					return nil
				}
			}
			first, second, other := example(one, took(time.Second, true), "a.one"), example(two, took(time.Second, true), "a.two"),
				example(three, took(2*time.Second, false), "a.three")
			first.Alone, second.Alone = true, true
			all := []*scenario.Scenario{first, second, other}
			b.Start(t.Context(), all)
			for _, sc := range all {
				if results, err := b.Results(t.Context(), sc); err != nil || len(results) != 1 {
					t.Errorf("%v, %v", results, err)
				}
			}
			if d := time.Since(begin); d != 4*time.Second {
				t.Errorf("%d at once: %s, want 4s", procs, d)
			}
		})
	}
}

func TestAloneIsNotBegunAfterAnInterrupt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one", "a.two")...)
		b.o.Procs = 2
		ctx, cancel := context.WithCancel(t.Context())
		alone := example(two, func(context.Context) error { t.Error("it was run"); return nil }, "a.two")
		alone.Alone = true
		b.Start(ctx, []*scenario.Scenario{alone, example(one, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "a.one")})
		synctest.Wait()
		cancel()
		synctest.Wait()
	})
}

// deviating is a requirement whose violation is known on this version.
func deviating(id string) requirement.Requirement {
	return requirement.Requirement{ID: id, Deviation: &requirement.Deviation{Judged: requirement.JudgedDocumented,
		Documented: "It ends.", Actual: "It goes on.", Since: "1.31", Issue: "https://x.example/1"}}
}

func TestKnownDeviations(t *testing.T) {
	for _, tc := range []struct {
		name    string
		noKnown bool
		want    []string
	}{
		{"interpreted", false, []string{"result a.one unexpected pass", "result a.two known deviation"}},
		{"like anything else", true, []string{"result a.one conformant", "result a.two non-conformant"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				b := newBench(t, deviating("a.one"), deviating("a.two"))
				b.o.NoKnown = tc.noKnown
				sc := example(one, nil, "a.one", "a.two")
				sc.Checks[1].Judge = func(j *judge.J, h *history.History) { j.Expect(h).To(history.ContainNo(history.Note(one))) }
				results, err := b.Results(t.Context(), sc)
				if err != nil {
					t.Fatal(err)
				}
				b.sink.expect(t, append(append([]string{"started grace/floor"}, tc.want...), "finished grace/floor")...)
				if r := results[1]; r.Expected == "" || r.Seen == "" || r.Reason == "" {
					t.Errorf("the evidence is gone: %+v", r)
				}
				if !tc.noKnown && !strings.Contains(results[0].Reason, "It goes on (https://x.example/1)") {
					t.Errorf("an unexpected pass does not say of what: %q", results[0].Reason)
				}
			})
		})
	}
	t.Run("a deviation that cannot be decided ends the run", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			r := deviating("a.one")
			r.Deviation.Since = "banana"
			b := newBench(t, r)
			if _, err := b.Results(t.Context(), example(one, nil, "a.one")); err == nil || !strings.HasPrefix(err.Error(), "requirement a.one: deviation: since: ") {
				t.Errorf("error %v", err)
			}
		})
	})
}

func TestSkipUntestable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		untestable := requirement.Requirement{ID: "a.note", Untestable: "it is a design note"}
		b := newBench(t)
		b.o.Selected = append(named("a.one"), untestable)
		if err := b.skipUntestable(); err != nil {
			t.Fatal(err)
		}
		b.sink.expect(t, "result a.note not applicable")
		b.sink.err = errors.New("disk full")
		if err := b.skipUntestable(); err == nil || err.Error() != "write down the verdict on a.note: disk full" {
			t.Errorf("error %v", err)
		}
	})
}

func TestWaitingForResultsEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one")...)
		b.o.Procs = 1 // and never started
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("the spec's time is over"))
		defer cancel()
		if _, err := b.Results(ctx, example(one, nil, "a.one")); err == nil || err.Error() != "the spec's time is over" {
			t.Errorf("error %v", err)
		}
	})
}

func TestStartEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, named("a.one", "a.two")...)
		b.o.Procs = 1
		ctx, cancel := context.WithCancel(t.Context())
		wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		b.Start(ctx, []*scenario.Scenario{example(one, wait, "a.one"), example(two, nil, "a.two")})
		synctest.Wait()
		cancel()
		synctest.Wait()
		b.sink.expect(t, "started grace/floor")
	})
}
