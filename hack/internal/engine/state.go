package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hookcheck/hookcheck/hack/internal/xdg"
)

// daemon is dockerd.json: the engine that we started. A process id alone could by now be somebody else's.
type daemon struct {
	PID     int    `json:"pid"`
	Start   string `json:"start"` // field 22 of /proc/PID/stat, clock ticks since boot
	Wrapped bool   `json:"wrapped"`
	Log     string `json:"log"`
}

// running says whether that very process still runs.
func (d daemon) running() bool {
	start, err := startTime(d.PID)
	return err == nil && d.PID > 0 && start == d.Start
}

// probed is probe.json.
type probed struct {
	Engine string `json:"engine"`
}

func probedBefore(id string) bool {
	var p probed
	return readState("probe.json", &p) == nil && p.Engine == id
}

func rememberProbe(id string) error { return writeState("probe.json", probed{Engine: id}) }

// startedByUs says whether the engine that answers is the one we started, so that we may restart it.
func startedByUs() bool {
	var d daemon
	return named() == "" && readState("dockerd.json", &d) == nil && d.running()
}

// wrappedLast says whether the last engine that we started needed the wrapped runtime. The next one starts with it
// at once, since to start twice is to boot twice each node that the engine restarts.
func wrappedLast() bool {
	var d daemon
	return readState("dockerd.json", &d) == nil && d.Wrapped
}

// startTime reads when a process was started from /proc/PID/stat.
func startTime(pid int) (string, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	return parseStartTime(string(data))
}

// parseStartTime: the second field is the program's name in parentheses, which may hold spaces and parentheses.
func parseStartTime(stat string) (string, error) {
	i := strings.LastIndexByte(stat, ')')
	if i < 0 {
		return "", errors.New("no program name in the process status")
	}
	fields := strings.Fields(stat[i+1:])
	const startField = 22 - 3 // numbered from 1, and two fields are before
	if len(fields) <= startField {
		return "", errors.New("no start time in the process status")
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return "", errors.New("the process has ended")
	}
	return fields[startField], nil
}

func readState(name string, into any) error {
	dir, err := xdg.StateDir()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

func writeState(name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return writeStateFile(name, data, 0o644)
}

// writeStateFile replaces a file of the state directory by a rename.
func writeStateFile(name string, data []byte, mode os.FileMode) error {
	dir, err := xdg.StateDir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the state directory: %w", err)
	}
	tmp := filepath.Join(dir, "."+name)
	if err := os.WriteFile(tmp, data, mode); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(dir, name))
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return strings.TrimSuffix(line, ":")
}
