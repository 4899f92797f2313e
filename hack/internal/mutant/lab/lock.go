package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/hookcheck/hookcheck/hack/internal/xdg"
)

// lock takes the laboratory for this process. The lock ends with it at the latest.
func lock(name string) (unlock func(), err error) {
	dir, err := xdg.StateDir()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "labs", name+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		err = fmt.Errorf("cluster %s is at work for another process: wait until that has ended", name)
	case err != nil:
		err = fmt.Errorf("lock %s: %w", path, err)
	default:
		return func() { _ = f.Close() }, nil
	}
	return nil, errors.Join(err, f.Close())
}
