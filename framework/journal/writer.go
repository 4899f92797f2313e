//go:build unix

package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// DefaultLimit is what the kubelet keeps of a termination message, in bytes (MaxContainerTerminationMessageLength).
	DefaultLimit = 4096
	// Reserve is kept free for the overflow entry, in bytes.
	Reserve = 48
	// BulkReserve is what bulk entries leave free for the others, in bytes: room for some fifteen of the usual length.
	BulkReserve = 768
)

// ErrFull is returned for an entry that found no room in the file.
var ErrFull = errors.New("the journal is full")

// Options of [Open]. The zero value is good for a hook.
type Options struct {
	// Limit is the size in bytes that the file does not pass; 0 means DefaultLimit. With n containers in the pod it
	// should not be above 12288/n.
	Limit int
	// Out receives log-only entries and the count of lost ones: the process's stdout. nil: nothing does.
	Out io.Writer
	// Mirror copies every entry to Out as well. PID 1 does so: its stdout is the container's log.
	Mirror bool
}

// Writer appends entries to a journal. Several processes may hold one on the same file; its methods are safe for
// concurrent use.
type Writer struct {
	path string
	file *os.File
	opt  Options
	pid  int

	mu   sync.Mutex // orders appends of this process, so that the beat's offset is the beat's
	lost int        // under mu

	outMu sync.Mutex // a log that nobody drains blocks only those who write to it

	beats atomic.Int64
	stop  chan struct{}
	done  chan struct{}
}

// Open opens the journal for appending. It creates the file if it is missing, which in a container it never is; an
// existing one is opened without O_CREAT, which fs.protected_regular forbids on other users' files in sticky
// directories (proc(5)).
func Open(path string, opt Options) (*Writer, error) {
	if opt.Limit <= 0 {
		opt.Limit = DefaultLimit
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	return &Writer{path: path, file: file, opt: opt, pid: os.Getpid()}, nil
}

// Path of the journal's file.
func (w *Writer) Path() string { return w.path }

// Append writes an entry, stamped now. If it finds no room it is not written: the first such entry (of all processes)
// leaves an overflow entry, each one is counted in Out, and ErrFull is returned.
func (w *Writer) Append(kind string, fields ...Field) error { return w.add(0, kind, fields) }

// AppendBulk is Append for kinds that come in numbers and matter less one by one (requests, ticks): it leaves
// BulkReserve bytes to the others, so that traffic does not push out how the container ended.
func (w *Writer) AppendBulk(kind string, fields ...Field) error {
	return w.add(BulkReserve, kind, fields)
}

// Log writes an entry to Out only.
func (w *Writer) Log(kind string, fields ...Field) error {
	line, err := w.entry(kind, fields).Encode()
	if err != nil {
		return err
	}
	return w.out(line)
}

// Close stops the beat and closes the file.
func (w *Writer) Close() error {
	if w.stop != nil {
		close(w.stop)
		<-w.done
		w.stop = nil
	}
	return w.file.Close()
}

func (w *Writer) entry(kind string, fields []Field) Entry {
	return Entry{Time: time.Now(), PID: w.pid, Kind: kind, Fields: fields}
}

func (w *Writer) add(spare int, kind string, fields []Field) error {
	line, err := w.entry(kind, fields).Encode()
	if err != nil {
		return err
	}
	w.mu.Lock()
	err = w.place(line, kind, spare)
	if errors.Is(err, ErrFull) {
		w.lost++
	}
	lost := w.lost
	w.mu.Unlock()

	if w.opt.Mirror {
		err = errors.Join(err, w.out(line))
	}
	if errors.Is(err, ErrFull) {
		err = errors.Join(err, w.Log(KindLost, F("k", kind), F("n", lost)))
	}
	return err
}

// place writes the line if there is room, else the overflow entry if there is none yet. The file is locked meanwhile,
// because between looking at the size and writing another process could take the room; where the file system has no
// locks the reserve has to do. The kernel drops the lock of a process that is killed.
func (w *Writer) place(line, kind string, spare int) error {
	fd := int(w.file.Fd())
	if flock(fd, syscall.LOCK_EX) == nil {
		defer func() { _ = flock(fd, syscall.LOCK_UN) }()
	}
	info, err := w.file.Stat()
	if err != nil {
		return fmt.Errorf("journaling %s: %w", kind, err)
	}
	room := w.opt.Limit - int(info.Size())
	marked := false // the overflow entry is only looked for when it matters
	if len(line)+spare > room-Reserve {
		if marked, err = w.overflowed(); err != nil {
			return err
		}
	}
	switch {
	case len(line)+spare <= room-Reserve, marked && spare == 0 && len(line) <= room: // the reserve is used up
		_, err = w.file.WriteString(line)
	case marked:
		return ErrFull
	default:
		if mark := w.overflow(kind); len(mark) <= room {
			_, err = w.file.WriteString(mark)
		}
		err = errors.Join(ErrFull, err)
	}
	if err != nil && !errors.Is(err, ErrFull) {
		return fmt.Errorf("journaling %s: %w", kind, err)
	}
	return err
}

// overflow encodes the overflow entry; the kind is cut so that the entry fits the reserve.
func (w *Writer) overflow(kind string) string {
	for n := len(kind); n > 0; n-- {
		line, err := w.entry(KindOverflow, []Field{F("k", kind[:n])}).Encode()
		if err == nil && len(line) <= Reserve {
			return line
		}
	}
	return "" // not reached: with the longest pid there is room for seven letters
}

func (w *Writer) overflowed() (bool, error) {
	text, err := os.ReadFile(w.path)
	if err != nil {
		return false, fmt.Errorf("looking for an overflow entry: %w", err)
	}
	return strings.Contains(string(text), " "+KindOverflow+" "), nil
}

func (w *Writer) out(line string) error {
	if w.opt.Out == nil {
		return nil
	}
	w.outMu.Lock()
	defer w.outMu.Unlock()
	_, err := io.WriteString(w.opt.Out, line)
	return err
}

func flock(fd, how int) error {
	for {
		if err := syscall.Flock(fd, how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
