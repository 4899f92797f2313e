// Package xdg names the directories in which hookcheck's development tools keep files outside the repository.
//
// They follow the XDG base directory specification: what can be made again is under the cache directory, what
// describes a running process is under the state directory. Each function returns hookcheck's own directory,
// not its parent, and does not create it.
package xdg

import (
	"fmt"
	"os"
	"path/filepath"
)

// CacheDir is $XDG_CACHE_HOME/hookcheck, by default ~/.cache/hookcheck: everything in it may be deleted.
func CacheDir() (string, error) { return dir("XDG_CACHE_HOME", ".cache") }

// StateDir is $XDG_STATE_HOME/hookcheck, by default ~/.local/state/hookcheck: logs, and what was started.
func StateDir() (string, error) { return dir("XDG_STATE_HOME", ".local/state") }

// dir resolves one variable; the specification says that a relative path there is to be ignored.
func dir(variable, fallback string) (string, error) {
	if base := os.Getenv(variable); filepath.IsAbs(base) {
		return filepath.Join(base, "hookcheck"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find a directory for hookcheck's files: %w; set %s to an absolute path", err, variable)
	}
	return filepath.Join(home, fallback, "hookcheck"), nil
}
