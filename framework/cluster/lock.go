package cluster

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/hookcheck/hookcheck/framework/filelock"
)

// lockPoll is how often a held lock is tried again.
const lockPoll = 200 * time.Millisecond

// lock takes the lock of the named cluster, so that two processes never create
// or delete it at once. It waits while another holds it, after telling so once
// through waiting, until ctx ends. The lock ends with the process at the latest.
func (s state) lock(ctx context.Context, name string, waiting func()) (unlock func(), err error) {
	path := filepath.Join(s.dir, "clusters", name+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, environmentf("lock cluster %q: %w; make %s writable, or set XDG_STATE_HOME", name, err, s.dir)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, environmentf("lock cluster %q: %w; make %s writable, or set XDG_STATE_HOME", name, err, s.dir)
	}
	unlock = func() { _ = f.Close() } // closing releases it; the file stays
	for told := false; ; {
		ok, err := filelock.Try(f)
		if err != nil {
			unlock()
			return nil, environmentf("lock cluster %q by %s: %w", name, path, err)
		}
		if ok {
			return unlock, nil
		}
		if !told {
			waiting()
			told = true
		}
		select {
		case <-ctx.Done():
			unlock()
			return nil, environmentf("wait for another hookcheck that is working on cluster %q: %w", name, context.Cause(ctx))
		case <-time.After(lockPoll):
		}
	}
}
