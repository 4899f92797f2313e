package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/filelock"
)

// How a part of a run ended that another goes on with.
const (
	AfterKilled      = "killed"
	AfterInterrupted = "interrupted"
	AfterFailed      = "ended by an error"
)

// A Resumption tells when and how a run was gone on with.
type Resumption struct {
	// At is when, in UTC, and Hostname on which machine; that may be empty.
	At       time.Time `json:"at"`
	Hostname string    `json:"hostname,omitempty"`
	// Command is the command line.
	Command []string `json:"command,omitempty"`
	// After is how the part before had ended: AfterKilled, …
	After string `json:"after"`
	// Kept is how many results there were by then.
	Kept int `json:"kept"`
	// Seconds is the wall time of the parts before.
	Seconds float64 `json:"secondsBefore"`
}

func (r Resumption) String() string {
	return fmt.Sprintf("%s, after it was %s, %s kept, by: %s", timestamp(r.At), r.After, plural(r.Kept, "verdict"), strings.Join(r.Command, " "))
}

// resumed is the line that begins another part of a run.
type resumed struct {
	Resumed *Resumption `json:"resumed"`
}

// ErrBusy says that another process writes the log.
var ErrBusy = errors.New("another hookcheck is writing it")

// OpenLog opens the log at path to go on with it, and says what it holds. Nothing
// is written before Resume. It fails with ErrBusy while another process writes it.
func OpenLog(path string) (_ *Log, _ Record, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, Record{}, fmt.Errorf("open the log of results: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	free, err := filelock.Try(file)
	if err == nil && !free {
		err = ErrBusy
	}
	if err != nil {
		return nil, Record{}, fmt.Errorf("lock the log of results %s: %w", path, err)
	}
	record, err := ReadLog(path)
	if err != nil {
		return nil, Record{}, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, Record{}, err
	}
	return &Log{file: file, path: path, size: info.Size()}, record, nil
}

// Resume takes back what a kill left of a last line, and writes that the run goes on.
func (l *Log) Resume(record Record, r Resumption) error {
	if err := l.mend(record.Torn != ""); err != nil {
		return fmt.Errorf("take back the torn line of %s: %w", l.path, err)
	}
	if err := l.line(resumed{Resumed: &r}); err != nil {
		return fmt.Errorf("go on with %s: %w", l.path, err)
	}
	return nil
}

// mend lets the file end with a whole line: a torn one is cut off, and one that
// lacks nothing but the line feed gets it.
func (l *Log) mend(torn bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return fs.ErrClosed
	}
	data, err := os.ReadFile(l.path)
	if err != nil {
		return err
	}
	data = bytes.TrimRight(data, "\n")
	if torn {
		data = data[:max(bytes.LastIndexByte(data, '\n'), 0)]
	}
	l.size = int64(len(data)) + 1
	if err := l.file.Truncate(int64(len(data))); err != nil {
		return err
	}
	_, err = l.file.Write([]byte("\n"))
	return err
}

// Departures lists in what a run that is to be gone on with would be another one
// than before: verdicts of the two must not stand in one report. What only one of
// them knows is no departure.
func Departures(before, now Meta) []Difference {
	list := []Difference{}
	add := func(what, a, b string) {
		if a != b {
			list = append(list, Difference{what, a, b})
		}
	}
	known := func(what, a, b string) {
		if a != "" && b != "" {
			add(what, a, b)
		}
	}
	known("hookcheck", before.Suite.Version, now.Suite.Version)
	known("commit of hookcheck", before.Suite.Commit, now.Suite.Commit)
	known("Go of hookcheck", before.Suite.GoVersion, now.Suite.GoVersion)
	known("catalogue", before.Catalogue.Digest, now.Catalogue.Digest)
	a, b := before.Selection, now.Selection
	add("profile", string(a.Profile), string(b.Profile))
	add("requirements", strings.Join(a.Requirements, ","), strings.Join(b.Requirements, ","))
	add("label filter", a.LabelFilter, b.LabelFilter)
	add("level", a.Level, b.Level)
	add("known deviations judged like anything else", fmt.Sprint(a.NoKnown), fmt.Sprint(b.NoKnown))
	return append(list, clusterDepartures(before.Cluster, now.Cluster)...)
}

func clusterDepartures(before, now Cluster) []Difference {
	list := []Difference{}
	known := func(what, a, b string) {
		if a != "" && b != "" && a != b {
			list = append(list, Difference{what, a, b})
		}
	}
	if before.UID != "" && now.UID != "" {
		known("cluster", before.UID, now.UID)
	} else { // the next best, though it is a name that a person gave
		known("context", before.Context, now.Context)
	}
	known("Kubernetes", before.ServerVersion, now.ServerVersion)
	known("namespace", before.Namespace, now.Namespace)
	if before.RuntimeClass != now.RuntimeClass {
		list = append(list, Difference{"runtime class", before.RuntimeClass, now.RuntimeClass})
	}
	for _, name := range slices.Sorted(maps.Keys(before.Gates)) {
		if on, ok := now.Gates[name]; ok {
			known("feature gate "+name, fmt.Sprint(before.Gates[name]), fmt.Sprint(on))
		}
	}
	if len(before.Nodes) == 0 || len(now.Nodes) == 0 {
		return list
	}
	for _, n := range now.Nodes {
		i := slices.IndexFunc(before.Nodes, func(b Node) bool { return b.Name == n.Name })
		if i < 0 {
			known("node", before.Nodes[0].Name, n.Name)
			continue
		}
		b := before.Nodes[i]
		known("kubelet", b.KubeletVersion, n.KubeletVersion)
		known("runtime", b.ContainerRuntimeVersion, n.ContainerRuntimeVersion)
		known("operating system", b.OSImage, n.OSImage)
		known("kernel", b.KernelVersion, n.KernelVersion)
		known("architecture", b.Architecture, n.Architecture)
	}
	return list
}

// Plus adds what another part of the run cost. Where one is not known, nor is the
// sum.
func (w *Weight) Plus(other *Weight) *Weight {
	if w == nil || other == nil {
		return nil
	}
	sum := &Weight{Requests: w.Requests + other.Requests, Pods: w.Pods + other.Pods, PeakRSS: max(w.PeakRSS, other.PeakRSS),
		RequestsByScenario: map[string]int{}}
	made, took := 0, 0.0
	for _, part := range []*Weight{w, other} {
		here := 0
		for name, n := range part.RequestsByScenario {
			sum.RequestsByScenario[name] += n
			here += n
		}
		if part.RequestsPerSecond > 0 {
			made, took = made+here, took+float64(here)/part.RequestsPerSecond
		}
	}
	if took > 0 {
		sum.RequestsPerSecond = float64(int(float64(made)/took*1000+0.5)) / 1000
	}
	return sum
}
