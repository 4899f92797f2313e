package cluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestStateDir(t *testing.T) {
	t.Setenv("HOME", "/home/u")
	for _, tt := range []struct{ xdg, want string }{
		{"/x/state", "/x/state/hookcheck"},
		{"", "/home/u/.local/state/hookcheck"},
		{"relative", "/home/u/.local/state/hookcheck"},
	} {
		t.Setenv("XDG_STATE_HOME", tt.xdg)
		if got, err := defaultStateDir(); err != nil || got != tt.want {
			t.Errorf("XDG_STATE_HOME=%q: got %q, %v; want %q", tt.xdg, got, err, tt.want)
		}
	}
}

func TestRecordRoundTrip(t *testing.T) {
	s := state{t.TempDir()}
	if got, err := s.load("c"); got != nil || err != nil {
		t.Fatalf("without a record: got %v, %v; want none", got, err)
	}
	want := record(node("a", "control-plane"), node("b", "worker"))
	if err := s.save(want); err != nil {
		t.Fatal(err)
	}
	got, err := s.load("c")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v; want %+v", got, err, want)
	}
	if names, err := s.names(); err != nil || !reflect.DeepEqual(names, []string{"c"}) {
		t.Errorf("names: got %v, %v; want [c]", names, err)
	}
	if err := s.forget("c"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.load("c"); got != nil || err != nil {
		t.Errorf("after forget: got %v, %v; want none", got, err)
	}
	if err := s.forget("c"); err != nil {
		t.Errorf("forgetting twice: %v", err)
	}
}

func TestRecordErrors(t *testing.T) {
	s := state{t.TempDir()}
	for _, tt := range []struct{ text, want string }{
		{"{", "unexpected end of JSON"},
		{`{"schema": 2, "name": "c"}`, "its schema is 2, this hookcheck knows 1"},
		{`{"schema": 1, "name": "d"}`, `it is about "d"`},
		{`{"schema": 1, "name": "../../etc"}`, "is not valid"},
	} {
		if err := writeAtomic(s.recordPath("c"), []byte(tt.text)); err != nil {
			t.Fatal(err)
		}
		_, err := s.load("c")
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), `record of cluster "c"`) {
			t.Errorf("%s: got %v, want … %s …", tt.text, err, tt.want)
		}
	}
}

func TestLockWaits(t *testing.T) {
	s := state{t.TempDir()}
	unlock, err := s.lock(t.Context(), "c", func() { t.Error("waited for a free lock") })
	if err != nil {
		t.Fatal(err)
	}
	waited := 0
	ctx, cancel := context.WithTimeout(t.Context(), 3*lockPoll)
	defer cancel()
	if _, err := s.lock(ctx, "c", func() { waited++ }); !errors.Is(err, context.DeadlineExceeded) || waited != 1 {
		t.Errorf("held lock: got %v after telling %d times; want a deadline and 1", err, waited)
	}
	if other, err := s.lock(t.Context(), "d", func() { t.Error("waited for another cluster's lock") }); err != nil {
		t.Error(err)
	} else {
		other()
	}
	time.AfterFunc(2*lockPoll, unlock)
	again, err := s.lock(t.Context(), "c", func() {})
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestUnwritableState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := state{file}.lock(t.Context(), "c", func() {})
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "or set XDG_STATE_HOME") {
		t.Errorf("got %v, want an environment error that names XDG_STATE_HOME", err)
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(`{"schema": 1, "name": "c", "complete": true, "containers": {"a": {"name": "n"}}}`))
	f.Add([]byte(`{"schema": 9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseRecord(data)
		if (r == nil) == (err == nil) {
			t.Errorf("got %v, %v; want one of them", r, err)
		}
		if err == nil && ValidateName(r.Name) != nil {
			t.Errorf("accepted the name %q", r.Name)
		}
	})
}
