package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/hookcheck/hookcheck/framework/filelock"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// LogVersion is the version of results.jsonl.
const LogVersion = "hookcheck.dev/results/v1"

// A Header is the first line of results.jsonl: what is known before the first
// scenario starts. With the selected requirements in it, a report can be rebuilt
// from the file alone, also by a hookcheck with another catalogue.
type Header struct {
	APIVersion string `json:"apiVersion"`
	Meta
	Selected []requirement.Requirement `json:"selected"`
}

// An end is the last line of a run that was not killed.
type end struct {
	End *Meta `json:"end"`
}

// A setUp is the line that says what the set-up found.
type setUp struct {
	Cluster *Cluster `json:"cluster"`
}

// A Log is a results.jsonl that is being written: the header, the cluster as soon
// as it is known, one requirement.Result a line, and at the end the final Meta.
// Where the run was gone on with, a line that says so follows, and then the same
// again. Every line is on disk when the call that wrote it returns. Goroutines may
// share a Log; another process is kept from it.
type Log struct {
	mu     sync.Mutex
	file   *os.File
	path   string
	size   int64 // of the whole lines
	broken error // why nothing can be appended any more
}

// CreateLog starts the file at path. It refuses a file that is there already:
// two runs in one file could not be told apart.
func CreateLog(path string, meta Meta, selected []requirement.Requirement) (*Log, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s holds the results of another run: choose another artifacts directory, or move it away", path)
	}
	if err != nil {
		return nil, fmt.Errorf("start the log of results: %w", err)
	}
	l := &Log{file: file, path: path}
	meta.Catalogue.Selected = len(selected)
	if _, err = filelock.Try(file); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the log of results %s: %w", path, err), l.Close(), os.Remove(path))
	}
	err = l.line(Header{APIVersion: LogVersion, Meta: meta, Selected: selected})
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		// A file without a header would only stand in the way of the next try.
		return nil, errors.Join(fmt.Errorf("start the log of results %s: %w", path, err), l.Close(), os.Remove(path))
	}
	return l, nil
}

// SetUp writes which cluster is judged. A killed run would not tell otherwise.
func (l *Log) SetUp(c Cluster) error {
	if err := l.line(setUp{Cluster: &c}); err != nil {
		return fmt.Errorf("write the cluster into %s: %w", l.path, err)
	}
	return nil
}

// Append writes one result. It is on disk when Append returns nil.
func (l *Log) Append(result requirement.Result) error {
	if err := l.line(result); err != nil {
		return fmt.Errorf("append the result of %s to %s: %w", result.Requirement, l.path, err)
	}
	return nil
}

// End writes the final Meta: what became known after the header (the cluster,
// when the run ended and how). A log without it is that of a killed run.
func (l *Log) End(meta Meta) error {
	if err := l.line(end{End: &meta}); err != nil {
		return fmt.Errorf("end %s: %w", l.path, err)
	}
	return nil
}

// Close closes the file. A second Close does nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// line writes v and a line feed in one write and syncs. Where the disk is full
// and a part was written, the part is taken back, so that the next line does
// not continue it.
func (l *Log) line(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	data = append(data, '\n')

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return fs.ErrClosed
	}
	if l.broken != nil {
		return fmt.Errorf("an earlier line failed: %w", l.broken)
	}
	if _, err := l.file.Write(data); err != nil {
		if undo := l.file.Truncate(l.size); undo != nil {
			l.broken = errors.Join(err, undo)
		}
		return err
	}
	l.size += int64(len(data))
	return l.file.Sync()
}

// A Record is what a results.jsonl holds.
type Record struct {
	// Header is the first line, with the cluster once that was known.
	Header  Header
	Results []requirement.Result
	// Resumed tells each time that the run was gone on with.
	Resumed []Resumption
	// End is the final Meta; nil where the run was killed.
	End *Meta
	// Torn tells what is wrong with the last line, which then was left out;
	// empty where the file is whole.
	Torn string
}

// ReadLog reads the results.jsonl at path. A torn last line is what a kill or a
// power cut leaves; it is reported in Record.Torn. Anything else that does not
// parse is an error that names the line.
func ReadLog(path string) (Record, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Record{}, fmt.Errorf("read results: %w", err)
	}
	record, err := parseLog(data)
	if err != nil {
		return Record{}, fmt.Errorf("read results %s: %w", path, err)
	}
	return record, nil
}

func parseLog(data []byte) (Record, error) {
	lines := bytes.Split(bytes.TrimRight(data, "\n"), []byte("\n"))
	var record Record
	if err := json.Unmarshal(lines[0], &record.Header); err != nil {
		return Record{}, fmt.Errorf("line 1 is not a header: %w", err)
	}
	if v := record.Header.APIVersion; v != LogVersion {
		return Record{}, fmt.Errorf("line 1: apiVersion is %q; this hookcheck reads %q", v, LogVersion)
	}
	for i, line := range lines[1:] {
		number := i + 2
		err := record.add(line)
		if errors.Is(err, errEnded) {
			return Record{}, fmt.Errorf("line %d: %w", number, err)
		}
		if err != nil && number == len(lines) {
			record.Torn = fmt.Sprintf("line %d, the last, is torn (%d bytes): %v", number, len(line), err)
			break
		}
		if err != nil {
			return Record{}, fmt.Errorf("line %d: %w", number, err)
		}
	}
	return record, nil
}

var errEnded = errors.New("the run ended in the line before")

// add takes one line after the header.
func (r *Record) add(line []byte) error {
	var entry struct {
		end
		setUp
		resumed
		requirement.Result
	}
	err := json.Unmarshal(line, &entry)
	switch {
	case r.End != nil && (err != nil || entry.Resumed == nil):
		return errEnded
	case err != nil:
		return err
	case entry.Resumed != nil:
		r.Resumed, r.End = append(r.Resumed, *entry.Resumed), nil
	case entry.Cluster != nil:
		r.Header.Cluster = *entry.Cluster
	case entry.End != nil:
		r.End = entry.End
	case entry.Requirement == "":
		return errors.New("neither a result nor the end of the run")
	default:
		r.Results = append(r.Results, entry.Result)
	}
	return nil
}

// Report rebuilds the report. A run that was killed counts as interrupted,
// unless every selected requirement had its result by then; its end is that of
// the last scenario that gave one.
func (r Record) Report() (Report, error) {
	if r.End != nil {
		meta := *r.End
		meta.Run.Resumed = r.Resumed
		return New(meta, r.Header.Selected, r.Results)
	}
	meta := r.Header.Meta
	meta.Run.Resumed = r.Resumed
	meta.Run.Interrupted = len(r.Results) < len(r.Header.Selected)
	began, before := meta.Run.Started, 0.0
	if n := len(r.Resumed); n > 0 {
		began, before = r.Resumed[n-1].At, r.Resumed[n-1].Seconds
	}
	meta.Run.Ended = began
	for _, result := range r.Results {
		if ended := result.Started.Add(seconds(result.Seconds)); ended.After(meta.Run.Ended) {
			meta.Run.Ended = ended
		}
	}
	meta.Run.Seconds = before + meta.Run.Ended.Sub(began).Seconds()
	return New(meta, r.Header.Selected, r.Results)
}
