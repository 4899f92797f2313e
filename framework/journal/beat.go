//go:build unix

package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

const (
	// DefaultPeriod of the beat: the resolution of a time of death.
	DefaultPeriod = 100 * time.Millisecond
	// StallAfter is how late a beat may come before a stall entry is written: three default periods, more than a busy
	// but healthy node delays a process, and less than the second in which the API counts.
	StallAfter = 300 * time.Millisecond
	// MaxStalls bounds the stall entries of a process: they are evidence, not a log.
	MaxStalls = 5

	maxBeats = 9_999_999 // seven digits; at 100 ms eleven days. The counter stays there, the time goes on.
)

// StartBeat appends the beat entry and rewrites it in place every period (0: DefaultPeriod) until Close. One process of
// a container does this. A beat that comes more than StallAfter late leaves a stall entry with d= the seconds it was
// late: the node was overloaded or the process frozen, and every time in this journal is to be read with that in mind.
func (w *Writer) StartBeat(period time.Duration) error {
	if w.stop != nil {
		return errors.New("the beat has been started before")
	}
	if period <= 0 {
		period = DefaultPeriod
	}
	line, err := w.beatLine(0)
	if err != nil {
		return err
	}
	w.mu.Lock()
	err = w.place(line, KindBeat, 0)
	end, seekErr := w.file.Seek(0, io.SeekCurrent) // after an appending write the end of what was appended
	w.mu.Unlock()
	if err = errors.Join(err, seekErr); err != nil {
		return fmt.Errorf("placing the beat: %w", err)
	}
	slot, err := os.OpenFile(w.path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("opening the journal for the beat: %w", err)
	}
	w.stop, w.done = make(chan struct{}), make(chan struct{})
	go w.beat(slot, end-int64(len(line)), len(line), period, time.Now()) // now: the goroutine itself may start late
	return nil
}

// Beats is the number of beats so far.
func (w *Writer) Beats() int64 { return w.beats.Load() }

func (w *Writer) beatLine(n int64) (string, error) {
	return w.entry(KindBeat, []Field{{Key: "n", Value: fmt.Sprintf("%07d", min(n, maxBeats))}}).Encode()
}

func (w *Writer) beat(slot *os.File, offset int64, width int, period time.Duration, last time.Time) {
	defer close(w.done)
	defer func() { _ = slot.Close() }()
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for stalls := 0; ; {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
		}
		now := time.Now() // with its monotonic reading: a step of the wall clock is not a stall
		line, err := w.beatLine(w.beats.Add(1))
		if err == nil && len(line) == width { // a line of another width would overwrite its neighbour
			_, _ = slot.WriteAt([]byte(line), offset)
		}
		if late := now.Sub(last) - period; late > StallAfter && stalls < MaxStalls {
			stalls++
			_ = w.Append(KindStall, Seconds("d", late))
		}
		last = now
	}
}
