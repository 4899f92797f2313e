// Package store keeps what the development tools build, so that nothing is built twice.
//
// An entry is a directory named after its kind, its name and a digest of its inputs: versions, the tool's
// version, the recipe. Other inputs make another entry, so an entry never changes once it exists and needs
// no invalidation. A build writes to a temporary directory beside the entry, which is synced to disk and
// renamed only when the build returned without an error: an interrupted build leaves no entry. Two processes
// that want the same entry wait for each other by a file lock and build it once.
//
// Deleting the cache directory, or any entry in it, is always safe while nothing runs.
package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hookcheck/hookcheck/hack/internal/xdg"
)

// Key says what an entry is made from.
type Key struct {
	Kind   string   // a directory of the cache, for example "go"
	Name   string   // for people who look into the cache: "kubernetes-v1.36.4"
	Inputs []string // everything that the content depends on
}

// digits is how much of a digest is in the name of an entry.
const digits = 16

// ID is the name of the entry's directory: Name and 16 hex digits of the digest of all inputs.
func (k Key) ID() string {
	h := sha256.New()
	for _, in := range append([]string{k.Kind, k.Name}, k.Inputs...) {
		fmt.Fprintf(h, "%d:%s\n", len(in), in)
	}
	return k.Name + "-" + hex.EncodeToString(h.Sum(nil))[:digits]
}

// Get returns the directory of the entry, which it has build fill if there is none yet. The directory given to
// build is empty, and is not the one returned: nothing in it may refer to its own path.
func Get(ctx context.Context, key Key, build func(dir string) error) (string, error) {
	root, err := xdg.CacheDir()
	if err != nil {
		return "", err
	}
	return getIn(ctx, root, key, build)
}

func getIn(ctx context.Context, root string, key Key, build func(dir string) error) (string, error) {
	kind := filepath.Join(root, key.Kind)
	entry := filepath.Join(kind, key.ID())
	if _, err := os.Stat(entry); err == nil {
		return entry, nil
	}
	if err := os.MkdirAll(kind, 0o755); err != nil {
		return "", fmt.Errorf("make the cache directory: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(kind, "."+key.ID()+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(entry); err == nil { // another process was faster
		return entry, nil
	}
	tmp := filepath.Join(kind, ".tmp-"+key.ID())
	if err := os.RemoveAll(tmp); err != nil { // what an interrupted build left; the lock is ours
		return "", fmt.Errorf("clear an interrupted build: %w", err)
	}
	if err := os.Mkdir(tmp, 0o755); err != nil {
		return "", fmt.Errorf("make a cache entry: %w", err)
	}
	if err := build(tmp); err != nil {
		return "", errors.Join(err, os.RemoveAll(tmp))
	}
	if err := ctx.Err(); err != nil { // a build that ignores the context is not trusted after its end
		return "", errors.Join(err, os.RemoveAll(tmp))
	}
	if err := commit(tmp, entry); err != nil {
		return "", fmt.Errorf("keep %s in the cache: %w; is the disk full?", key.ID(), err)
	}
	return entry, nil
}

// Trim deletes entries of the key's kind and name, whatever their inputs, until keep are left: the key's own, and
// those that were made or kept by Trim last. It is for large things that are made anew after each small change.
func Trim(key Key, keep int) error {
	root, err := xdg.CacheDir()
	if err != nil {
		return err
	}
	return trimIn(root, key, keep)
}

func trimIn(root string, key Key, keep int) error {
	kind := filepath.Join(root, key.Kind)
	now := time.Now()
	if err := os.Chtimes(filepath.Join(kind, key.ID()), now, now); err != nil {
		return fmt.Errorf("keep %s in the cache: %w", key.ID(), err)
	}
	entries, err := filepath.Glob(filepath.Join(kind, key.Name+"-"+strings.Repeat("[0-9a-f]", digits)))
	if err != nil {
		return err
	}
	used := map[string]time.Time{}
	for _, entry := range entries {
		if info, err := os.Stat(entry); err == nil { // else another process was faster
			used[entry] = info.ModTime()
		}
	}
	slices.SortFunc(entries, func(a, b string) int { return used[b].Compare(used[a]) })
	for _, old := range entries[min(keep, len(entries)):] {
		if err := os.RemoveAll(old); err != nil {
			return fmt.Errorf("delete what is old in the cache: %w", err)
		}
	}
	return nil
}

// commit makes tmp durable and gives it its final name.
func commit(tmp, entry string) error {
	parent, err := os.Open(filepath.Dir(tmp))
	if err != nil {
		return err
	}
	defer parent.Close()
	// One call for the whole file system: an entry may hold thousands of files.
	if err := unix.Syncfs(int(parent.Fd())); err != nil {
		return err
	}
	if err := os.Rename(tmp, entry); err != nil {
		return err
	}
	return parent.Sync()
}

// lock waits for an exclusive lock on the file, polling so that the context can end the wait.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the cache entry: %w", err)
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("wait for another process that builds the same: %w", ctx.Err()), f.Close())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Digest is a digest of the names and contents of all files below the root of fsys: an input for a Key.
func Digest(fsys fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%d:%s\n%d:", len(path), path, len(data))
		h.Write(data)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("digest of files: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
