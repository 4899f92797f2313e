//go:build unix

package filelock

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTry(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first, second := open(), open()
	defer second.Close()
	if ok, err := Try(first); !ok || err != nil {
		t.Errorf("first: %t, %v", ok, err)
	}
	if ok, err := Try(second); ok || err != nil {
		t.Errorf("beside the first: %t, %v", ok, err)
	}
	_ = first.Close()
	if ok, err := Try(second); !ok || err != nil {
		t.Errorf("after the first: %t, %v", ok, err)
	}
	if _, err := Try(first); err == nil {
		t.Error("a closed file was locked")
	}
}
