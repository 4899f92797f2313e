package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"
)

var key = Key{Kind: "test", Name: "thing", Inputs: []string{"v1"}}

func TestGetBuildsOnce(t *testing.T) {
	root := t.TempDir()
	var builds atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			dir, err := getIn(t.Context(), root, key, func(dir string) error {
				builds.Add(1)
				return os.WriteFile(filepath.Join(dir, "f"), []byte("x"), 0o644)
			})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := os.Stat(filepath.Join(dir, "f")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := builds.Load(); n != 1 {
		t.Errorf("built %d times, want once", n)
	}
}

func TestFailedBuildLeavesNoEntry(t *testing.T) {
	root := t.TempDir()
	boom := errors.New("boom")
	fail := func(dir string) error {
		if err := os.WriteFile(filepath.Join(dir, "half"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		return boom
	}
	if _, err := getIn(t.Context(), root, key, fail); !errors.Is(err, boom) {
		t.Fatalf("error %v, want %v", err, boom)
	}
	if _, err := os.Stat(filepath.Join(root, key.Kind, key.ID())); !os.IsNotExist(err) {
		t.Errorf("a failed build left an entry (stat: %v)", err)
	}
}

func TestCancelledBuildLeavesNoEntry(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	root := t.TempDir()
	_, err := getIn(ctx, root, key, func(string) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want %v", err, context.Canceled)
	}
	if _, err := os.Stat(filepath.Join(root, key.Kind, key.ID())); !os.IsNotExist(err) {
		t.Errorf("a cancelled build left an entry (stat: %v)", err)
	}
}

func TestInterruptedBuildIsCleared(t *testing.T) {
	root := t.TempDir()
	left := filepath.Join(root, key.Kind, ".tmp-"+key.ID(), "left")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := getIn(t.Context(), root, key, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "left")); !os.IsNotExist(err) {
		t.Errorf("the entry holds what an interrupted build left (stat: %v)", err)
	}
}

func TestTrimKeepsTheKeyAndTheNewest(t *testing.T) {
	root := t.TempDir()
	entry := func(name, input string, age time.Duration) Key {
		k := Key{Kind: "test", Name: name, Inputs: []string{input}}
		dir, err := getIn(t.Context(), root, k, func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		made := time.Now().Add(-age)
		if err := os.Chtimes(dir, made, made); err != nil {
			t.Fatal(err)
		}
		return k
	}
	mine, newer, old := entry("thing", "a", 3*time.Hour), entry("thing", "b", time.Hour), entry("thing", "c", 2*time.Hour)
	other := entry("thing-else", "a", 4*time.Hour)
	if err := trimIn(root, mine, 2); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]bool{mine.ID(): true, newer.ID(): true, old.ID(): false, other.ID(): true} {
		if _, err := os.Stat(filepath.Join(root, "test", k)); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", k, err, want)
		}
	}
}

func TestKeyID(t *testing.T) {
	seen := map[string]Key{}
	for _, k := range []Key{
		{"a", "n", nil}, {"b", "n", nil}, {"a", "n", []string{""}},
		{"a", "n", []string{"xy"}}, {"a", "n", []string{"x", "y"}},
	} {
		if other, ok := seen[k.ID()]; ok {
			t.Errorf("%+v and %+v share an entry", k, other)
		}
		seen[k.ID()] = k
	}
}

func TestDigestSeesNamesAndContents(t *testing.T) {
	digest := func(fsys fstest.MapFS) string {
		d, err := Digest(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a := digest(fstest.MapFS{"f": {Data: []byte("x")}})
	if a == digest(fstest.MapFS{"g": {Data: []byte("x")}}) || a == digest(fstest.MapFS{"f": {Data: []byte("y")}}) {
		t.Error("digest does not depend on name and content")
	}
}
