package peer

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// bench is a cluster on which the named specs fail while a mutant is on.
type bench struct {
	fail, hang []string
	runErr     error
	on         bool
	ran, runs  []string
	tidied     string
}

func (b *bench) hunt() Hunt {
	return Hunt{
		Stages: [][]string{{"a", "b"}, {"c"}},
		Limit:  time.Minute,
		Tidy:   func(_ context.Context, prefix string) error { b.tidied += prefix; return nil },
		Run: func(_ context.Context, name, prefix string, specs []string) (Result, error) {
			b.runs = append(b.runs, prefix+name)
			var r Result
			for _, s := range specs {
				b.ran = append(b.ran, s)
				state := "passed"
				if b.on && slices.Contains(b.fail, s) {
					state = "failed"
				}
				if b.on && slices.Contains(b.hang, s) {
					state = "timedout"
				}
				r.Specs = append(r.Specs, Spec{Name: s, State: state})
			}
			return r, b.runErr
		},
	}
}

func (b *bench) mutant() Mutant {
	return Mutant{ID: "K01", Prefix: "t1-", On: func(context.Context) (func(context.Context) error, error) {
		b.on = true
		return func(context.Context) error { b.on = false; return nil }, nil
	}}
}

func TestTry(t *testing.T) {
	for _, tc := range []struct {
		name       string
		fail, hang []string
		want       Trial
		ran        string
	}{
		{name: "nothing sees it", want: Trial{}, ran: "abc"},
		{name: "the first stage", fail: []string{"b", "c"}, want: Trial{Caught: true, By: []string{"b"}}, ran: "ab"},
		{name: "the second stage", fail: []string{"c"}, want: Trial{Caught: true, By: []string{"c"}}, ran: "abc"},
		{name: "no end", hang: []string{"a"}, want: Trial{Open: "1 of 2 specs did not end in time"}, ran: "ab"},
		{name: "no end beside a failure", hang: []string{"a"}, fail: []string{"b"}, want: Trial{Caught: true, By: []string{"b"}}, ran: "ab"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := &bench{fail: tc.fail, hang: tc.hang}
			got, err := b.hunt().Try(t.Context(), b.mutant())
			if err != nil {
				t.Fatal(err)
			}
			got.Seconds, tc.want.ID = 0, "K01"
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
			if ran := strings.Join(b.ran, ""); ran != tc.ran || b.on || b.tidied != "t1-" {
				t.Errorf("ran %s, want %s; on: %t; tidied %s", ran, tc.ran, b.on, b.tidied)
			}
			if b.runs[0] != "t1-K01-1" || len(b.runs) > 1 && b.runs[1] != "t1-K01-2" {
				t.Errorf("runs are called %q", b.runs)
			}
		})
	}
}

func TestTryTellsWhatIsWrong(t *testing.T) {
	b := &bench{runErr: errors.New("no cluster")}
	if _, err := b.hunt().Try(t.Context(), b.mutant()); err == nil || !strings.Contains(err.Error(), "try mutant K01: no cluster") || b.on {
		t.Error(err, b.on)
	}
	broken := Mutant{ID: "K99", On: func(context.Context) (func(context.Context) error, error) { return nil, errors.New("no such mutant") }}
	if _, err := b.hunt().Try(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "switch mutant K99 on: no such mutant") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.hunt().Try(ctx, b.mutant()); !errors.Is(err, context.Canceled) || b.on {
		t.Error(err, b.on)
	}
}

func TestTryHasALimit(t *testing.T) {
	b := &bench{}
	h := b.hunt()
	h.Limit = time.Millisecond
	h.Run = func(ctx context.Context, _, _ string, _ []string) (Result, error) {
		<-ctx.Done()
		return Result{}, ctx.Err()
	}
	got, err := h.Try(t.Context(), b.mutant())
	if err != nil || got.Caught || got.Open != "not done within 1ms" || b.on {
		t.Errorf("%+v, %v; on: %t", got, err, b.on)
	}
}

func TestStages(t *testing.T) {
	c := Coverage{
		{Spec: "a [Conformance]", Set: Hooks}, {Spec: "b", Set: Hooks}, {Spec: "c", Set: Hooks}, {Spec: "d [Conformance]", Set: Termination},
	}
	clean := Result{Specs: []Spec{{Name: "a [Conformance]", State: "passed"}, {Name: "b", State: "failed"}, {Name: "c", State: "passed"}}}
	if got := Stages(c, clean); !reflect.DeepEqual(got, [][]string{{"a [Conformance]"}, {"c"}}) {
		t.Error(got)
	}
	clean.Specs = clean.Specs[1:]
	if got := Stages(c, clean); !reflect.DeepEqual(got, [][]string{{"c"}}) {
		t.Error(got)
	}
}
